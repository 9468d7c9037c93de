import { expect, it } from 'vitest';
import { resnet20 } from '../../src-shared/zoo/resnet-20';
import { nasCell } from '../../src-shared/architecture/cell/recurrent-cell';
import { presets } from '../../src-shared/config/presets';
import { subjectOfZoo, type Subject } from '../../src-shared/given/subject';
import { checkTraining, initialConfig, presetsFor } from './train-draft';

const { config } = presets['demo-cells'];
const subject: Subject = { name: 'demo-cells-1', architecture: nasCell, base: config, origin: null };

it('a training begins with the recipe of the search, or that of a preset', () => {
  expect(initialConfig(subject, null).recipe.epochs).toBe(config.recipe.epochs);
  expect(initialConfig(subject, 'ptb-base8').recipe.epochs).toBe(presets['ptb-base8'].config.recipe.epochs);
});

it('offers the recipes for the same kind of data', () => {
  expect(presetsFor('text')).toContain('ptb-base8');
  expect(presetsFor('text')).not.toContain('v1');
  expect(presetsFor('images')).toContain('v1');
});

it('epochs, seed and threads come first, then the rest of the recipe and nothing of a search', () => {
  const { usual, recipe, problems } = checkTraining(initialConfig(subject, null), {});
  expect(usual.map(({ path }) => path)).toEqual(['recipe.epochs', 'seed', 'trainers.threads']);
  expect(recipe.map(({ path }) => path)).toContain('recipe.clipNorm');
  expect(recipe.every(({ path }) => path.startsWith('recipe.'))).toBe(true);
  expect([...problems]).toEqual([]);
});

it('what is set becomes the configuration of a run of one child', () => {
  const { config: made } = checkTraining(initialConfig(subject, null), {
    'recipe.epochs': 7,
    seed: 3,
    'trainers.threads': 2,
  });
  expect(made).toMatchObject({
    space: { kind: 'given', children: [{ name: 'demo-cells-1', architecture: nasCell }] },
    recipe: { epochs: 7, timeLimit: null },
    seed: 3,
    trainers: { count: 1, threads: 2 },
    budget: { children: 1 },
  });
});

it('a published network is trained by its published recipe', () => {
  const { config: made } = checkTraining(initialConfig(subjectOfZoo('resnet-20'), null), {});
  expect(made?.recipe).toEqual({ ...resnet20.recipe, timeLimit: null, rewardEpochs: 1 });
});

it.each([
  ['recipe.epochs', [0, -1, 1.5, 'many', null, 1e9]],
  ['trainers.threads', [0, -2, 1.5, 'all']],
  ['seed', [-1, 0.5, 'x']],
] as const)('says at %s what is wrong with it', (path, values) => {
  for (const value of values) {
    const { config: made, problems } = checkTraining(initialConfig(subject, null), { [path]: value });
    expect(made).toBeNull();
    expect([...problems.keys()]).toEqual([path]);
    expect(problems.get(path)).toMatch(/^Must be/);
  }
});

import { expect, it } from 'vitest';
import { configDifferences } from './changes';
import { mergeOverrides, parseSettings } from './options/overrides';
import { presets } from './presets';

const { config } = presets.v1;
const changed = (...settings: string[]) => mergeOverrides(config, parseSettings(settings));

it('configurations that differ in nothing but their name have no differences', () => {
  expect(configDifferences([config, { ...config, name: 'Another' }])).toEqual([]);
  expect(configDifferences([config])).toEqual([]);
  expect(configDifferences([])).toEqual([]);
});

it('each option that differs is named, with its value in each configuration', () => {
  const differences = configDifferences([
    config,
    changed('controller.strategy=random', 'space.filters=4,6', 'recipe.timeLimit=60'),
    config,
  ]);
  expect(differences.map(({ path, values }) => [path, values])).toEqual([
    ['space.filters', ['24, 36, 48, 64', '4, 6', '24, 36, 48, 64']],
    ['controller.strategy', ['reinforce', 'random', 'reinforce']],
    ['recipe.timeLimit', ['null', '60', 'null']],
  ]);
  expect(differences[1]?.label).toBe('Strategy');
});

it('an option that one of them has not is left out there', () => {
  const differences = configDifferences([
    config,
    changed('space.pooling.kind=predicted', 'space.pooling.sizes=1,2'),
  ]);
  expect(differences.map(({ path, values }) => [path, values])).toEqual([
    ['space.pooling.kind', ['none', 'predicted']],
    ['space.pooling.sizes', [null, '1, 2']],
  ]);
});

import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../src-shared/config/options/options';
import { checkConfig } from '../../src-shared/config/parse-config';
import { presets } from '../../src-shared/config/presets';
import { edited, editsWith, editsWithout, problemsByOption, type Edits } from './draft';

const demo = presets.demo.config;
const check = (edits: Edits) => checkConfig(edited(demo, edits));
function problems(edits: Edits): ReadonlyMap<string, string> {
  const values = edited(demo, edits);
  return problemsByOption(checkConfig(values).problems, new Set(optionsOf(values).map(({ path }) => path)));
}

describe('the draft of a configuration', () => {
  it('is the configuration itself without edits', () => {
    expect(check({}).config).toEqual(demo);
  });

  it('names the field that is wrong, also where two fields disagree', () => {
    const edits = { 'recipe.epochs': 0, 'space.filters': [6, 6], seed: 'x' };
    expect(check(edits).config).toBeNull();
    expect([...problems(edits).keys()].sort()).toEqual(['recipe.epochs', 'seed', 'space.filters']);
    expect(problems(edits).get('recipe.epochs')).toBe('Must be a whole number from 1 to 10000, but is 0.');
    expect([...problems({ 'recipe.rewardEpochs': 9 }).keys()]).toEqual(['recipe.rewardEpochs']);
    expect([...problems({ name: '' }).keys()]).toEqual(['name']);
  });

  it('reports the problem of an option without a field by its path', () => {
    expect(problems({ 'recipe.epoch': 3 }).get('')).toMatch(
      /^Recipe.epoch is not an option here; did you mean/,
    );
  });

  it('of another kind of a group brings what that needs, and back again leaves nothing', () => {
    const fixed = editsWith({}, 'space.pooling.kind', 'fixed');
    expect(check(fixed).config?.space).toMatchObject({
      pooling: { kind: 'fixed', afterLayers: [1], size: 2 },
    });
    const predicted = editsWith(editsWith(fixed, 'space.pooling.size', 3), 'space.pooling.kind', 'predicted');
    expect(check(predicted).config?.space).toMatchObject({
      pooling: { kind: 'predicted', sizes: [1, 2] },
    });
    expect(check(editsWith(predicted, 'space.pooling.kind', 'none')).config).toEqual(demo);
    expect(editsWithout(predicted, 'space.pooling.kind')).toEqual({});
    const step = editsWith({}, 'recipe.decay.kind', 'step');
    expect(check(step).config?.recipe.decay).toEqual({
      kind: 'step',
      epochs: [demo.recipe.epochs / 2],
      factor: 0.1,
    });
  });

  it('of another kind keeps its edits elsewhere', () => {
    const edits = editsWith(
      { 'recipe.epochs': 3, 'recipe.decay.factor': 0.5 },
      'recipe.decay.kind',
      'constant',
    );
    expect(edits).toEqual({ 'recipe.epochs': 3, 'recipe.decay.kind': 'constant' });
  });
});

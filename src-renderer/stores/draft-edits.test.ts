import { describe, expect, it } from 'vitest';
import { optionHelp } from '../../src-shared/config/options/option-help';
import { presetNames, presets } from '../../src-shared/config/presets/presets';
import { checkDraft, editsForKind, textOf } from './draft-edits';

const demo = presets.demo.config;

describe('the draft of a configuration', () => {
  it('is the configuration itself when the fields hold the texts of its own values', () => {
    for (const name of presetNames) {
      const { config } = presets[name];
      const edits = Object.fromEntries(
        optionHelp(config)
          .filter((option) => option.value !== undefined)
          .map((option) => [option.path, textOf(option.value)]),
      );
      expect(checkDraft(config, edits).config, name).toEqual(config);
    }
  });

  it('names the field that is wrong, also where two fields disagree', () => {
    const wrong = checkDraft(demo, { 'recipe.epochs': '0', 'space.filters': '6, 6', seed: 'x' });
    expect(wrong.config).toBeNull();
    expect([...wrong.problems.keys()].sort()).toEqual(['recipe.epochs', 'seed', 'space.filters']);
    expect(wrong.problems.get('recipe.epochs')).toMatch(/^Must be a whole number from 1/);
    expect([...checkDraft(demo, { 'recipe.rewardEpochs': '9' }).problems.keys()]).toEqual([
      'recipe.rewardEpochs',
    ]);
  });

  it('a name may look like a number', () => {
    expect(checkDraft(demo, { name: '2031' }).config?.name).toBe('2031');
    expect([...checkDraft(demo, { name: '' }).problems.keys()]).toEqual(['name']);
  });

  it('a change of kind brings what the new kind needs, and back again leaves nothing', () => {
    const fixed = editsForKind({}, demo, 'space.pooling.kind', 'fixed');
    expect(checkDraft(demo, fixed).config?.space).toMatchObject({
      pooling: { kind: 'fixed', afterLayers: [1], size: 2 },
    });
    const predicted = editsForKind(fixed, demo, 'space.pooling.kind', 'predicted');
    expect(checkDraft(demo, predicted).config?.space).toMatchObject({
      pooling: { kind: 'predicted', sizes: [1, 2] },
    });
    const none = editsForKind(predicted, demo, 'space.pooling.kind', 'none');
    expect(checkDraft(demo, none).config).toEqual(demo);
    const step = editsForKind({}, demo, 'recipe.decay.kind', 'step');
    expect(checkDraft(demo, step).config?.recipe.decay).toEqual({
      kind: 'step',
      epochs: [demo.recipe.epochs / 2],
      factor: 0.1,
    });
  });
});

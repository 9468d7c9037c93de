import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../errors';
import { mergeOverrides, parseSettings } from './options/overrides';
import { parseConfig } from './parse-config';
import { presets } from './presets';

const v1 = presets.v1.config;

/** The message of the error that is thrown. */
function complaint(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CellsmithError && error.code === 'config.invalid') return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
const set = (...settings: string[]) => mergeOverrides(v1, parseSettings(settings));
const refusal = (...settings: string[]) => complaint(() => set(...settings));

describe('a configuration from outside', () => {
  it('comes back as it is when it is valid, through JSON too', () => {
    for (const { config } of Object.values(presets))
      expect(parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    ['recipe.batchSize=0', 'recipe.batchSize must be a whole number from 1 to 4096, but is 0.'],
    ['recipe.epochs=2.5', 'recipe.epochs must be a whole number from 1 to 10000, but is 2.5.'],
    ['recipe.epochs=many', 'recipe.epochs must be a whole number from 1 to 10000, but is "many".'],
    [
      'recipe.validation=0',
      'recipe.validation must be a whole number from 1 or a number above 0 and below 1, but is 0.',
    ],
    ['recipe.nesterov=yes', 'recipe.nesterov must be true or false, but is "yes".'],
    [
      'space.filters=',
      'space.filters must be a list of 1 to 32 different values, each a whole number from 1 to 1024, but is [].',
    ],
    [
      'space.filters=24,0',
      'space.filters must be a list of 1 to 32 different values, each a whole number from 1 to 1024, but has 0 in it.',
    ],
    ['space.filters=24,24', 'space.filters must hold no value twice, but is [24,24].'],
    ['space.kind=tree', 'space.kind must be conv or cell, but is "tree".'],
    ['trainers.device=tpu', 'trainers.device must be auto, cpu or gpu:0, gpu:1, …, but is "tpu".'],
  ])('is refused with %s: %s', (setting, message) => {
    expect(refusal(setting)).toBe(message);
  });

  it('is refused with one sentence for each option that is wrong', () => {
    expect(refusal('recipe.batchSize=0', 'controller.layers=9').split('\n')).toHaveLength(2);
  });

  it('is refused for what is missing and for what does not exist, with what may be meant', () => {
    const { recipe, ...rest } = v1;
    expect(complaint(() => parseConfig(rest))).toBe('recipe must be a group of options, but is missing.');
    const { epochs, ...most } = recipe;
    expect(complaint(() => parseConfig({ ...v1, recipe: most }))).toBe(
      'recipe.epochs must be a whole number from 1 to 10000, but is missing.',
    );
    expect(complaint(() => parseConfig({ ...v1, recipe: { ...recipe, epoch: epochs } }))).toBe(
      'recipe.epoch is not an option here; did you mean recipe.epochs?',
    );
  });

  it.each([
    [
      ['space.schedule.initialLayers=30'],
      'space.schedule.maximumLayers must be at least initialLayers (30), but is 20.',
    ],
    [
      ['space.pooling.kind=fixed', 'space.pooling.afterLayers=21', 'space.pooling.size=2'],
      'space.pooling.afterLayers must lie within the 20 layers of the deepest network, but is [21].',
    ],
    [['recipe.epochs=3'], 'recipe.rewardEpochs must not exceed the number of epochs (3), but is 5.'],
    [
      ['recipe.decay.kind=step', 'recipe.decay.epochs=10,50', 'recipe.decay.factor=0.1'],
      'recipe.decay.epochs must lie below the number of epochs (50), but is [10,50].',
    ],
    [
      ['recipe.augmentation.enlargedSide=28'],
      'recipe.augmentation.enlargedSide must be at least the side of the input (32), but is 28.',
    ],
    [
      ['space.layerTypes=maxPooling'],
      'space.layerTypes must include \'convolution\', but is ["maxPooling"].',
    ],
  ])('is refused when options do not fit together: %j', (settings, message) => {
    expect(refusal(...settings)).toBe(message);
  });

  it('is refused when the space and the recipe are of different kinds', () => {
    const cells = presets['ptb-base8'].config;
    expect(complaint(() => parseConfig({ ...v1, space: cells.space }))).toBe(
      "recipe.kind must be 'text' in a search for recurrent cells (space.kind 'cell'), but is \"images\".",
    );
    expect(complaint(() => parseConfig({ ...cells, space: v1.space }))).toBe(
      "recipe.kind must be 'images' in a search for convolutional networks (space.kind 'conv'), but is \"text\".",
    );
  });

  it('does not mind the enlarged side when nothing is enlarged', () => {
    expect(
      set('recipe.augmentation.enlarge=none', 'recipe.augmentation.enlargedSide=1').recipe,
    ).toMatchObject({
      augmentation: { enlarge: 'none' },
    });
  });

  it('never fails otherwise than with a sentence, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        complaint(() => parseConfig(value));
        complaint(() => parseConfig({ ...v1, recipe: value }));
        complaint(() => parseConfig({ ...v1, space: { ...v1.space, pooling: value } }));
      }),
    );
  });
});

describe('overrides of a preset', () => {
  it('replace single options and whole lists', () => {
    const config = mergeOverrides(v1, { name: 'Mine', recipe: { epochs: 7 }, space: { filters: [8] } });
    expect(config).toEqual({
      ...v1,
      name: 'Mine',
      recipe: { ...v1.recipe, epochs: 7 },
      space: { ...v1.space, filters: [8] },
    });
  });

  it('leave the preset alone', () => {
    const before = JSON.stringify(v1);
    set('recipe.epochs=7', 'space.filters=8', 'recipe.augmentation.horizontalFlip=false');
    expect(JSON.stringify(v1)).toBe(before);
  });

  it('of another kind replace the group', () => {
    expect(set('space.pooling.kind=predicted', 'space.pooling.sizes=1,2').space).toMatchObject({
      pooling: { kind: 'predicted', sizes: [1, 2] },
    });
    const v3 = mergeOverrides(presets.v3.config, parseSettings(['space.pooling.kind=none']));
    expect(v3.space).toEqual({ ...presets.v3.config.space, pooling: { kind: 'none' } });
    const later = mergeOverrides(presets.v3.config, parseSettings(['space.pooling.afterLayers=5']));
    expect(later.space).toMatchObject({ pooling: { kind: 'fixed', afterLayers: [5], size: 2 } });
  });

  it('cannot reach beyond the configuration', () => {
    const hostile = JSON.parse(
      '{"__proto__": {"polluted": 1}, "recipe": {"__proto__": {"epochs": 1}}}',
    ) as unknown;
    expect(complaint(() => mergeOverrides(v1, hostile))).toMatch(/__proto__ is not an option here/);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('must be a group', () => {
    expect(complaint(() => mergeOverrides(v1, [1]))).toMatch(/come as a group/);
  });
});

describe('settings', () => {
  it.each([
    ['recipe.epochs=3', { recipe: { epochs: 3 } }],
    [' recipe.epochs = 3 ', { recipe: { epochs: 3 } }],
    ['recipe.timeLimit=null', { recipe: { timeLimit: null } }],
    ['recipe.nesterov=false', { recipe: { nesterov: false } }],
    ['recipe.augmentation.enlarge=pad', { recipe: { augmentation: { enlarge: 'pad' } } }],
    ['space.filters=24,36', { space: { filters: [24, 36] } }],
    ['space.filters=[24, 36]', { space: { filters: [24, 36] } }],
    ['space.strideHeights=2', { space: { strideHeights: [2] } }],
    ['space.learningRates=', { space: { learningRates: [] } }],
    ['space.layerTypes=convolution,maxPooling', { space: { layerTypes: ['convolution', 'maxPooling'] } }],
    ['name=a=b', { name: 'a=b' }],
  ])('%s', (setting, overrides) => {
    expect(parseSettings([setting])).toEqual(overrides);
  });

  it('join, the last of one option winning', () => {
    expect(parseSettings(['recipe.epochs=3', 'seed=5', 'recipe.side=16', 'recipe.epochs=4'])).toEqual({
      recipe: { epochs: 4, side: 16 },
      seed: 5,
    });
  });

  it('are refused where they set nothing, or something that does not exist', () => {
    expect(complaint(() => parseSettings(['recipe.epochs']))).toMatch(/'recipe.epochs' sets nothing/);
    expect(complaint(() => parseSettings(['=3']))).toMatch(/sets nothing/);
    expect(complaint(() => parseSettings(['recipe.epoch=3']))).toBe(
      "There is no option 'recipe.epoch'. Did you mean recipe.epochs?",
    );
    expect(complaint(() => parseSettings(['epochs=3']))).toMatch(/Did you mean recipe.epochs\?/);
    expect(complaint(() => parseSettings(['recipe=3']))).toMatch(/There is no option 'recipe'/);
    expect(complaint(() => parseSettings(['__proto__.x=3']))).toMatch(/There is no option/);
  });
});

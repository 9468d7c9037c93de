import { describe, expect, it } from 'vitest';
import { optionHelp } from './option-help';
import { mergeOverrides, parseSettings } from './overrides';
import { presets } from '../presets/presets';

describe('help on options', () => {
  it('has the text, the values and what a preset says', () => {
    const help = optionHelp(presets.v2.config);
    expect(help.find(({ path }) => path === 'space.strideHeights')).toEqual({
      choices: null,
      path: 'space.strideHeights',
      label: 'Stride heights',
      explanation: 'Vertical strides to choose from; one alone is not predicted.',
      paper: '1 (v2: 1, 2, 3)',
      allowed: 'a list of 1 to 32 different values, each a whole number from 1 to 4',
      isList: true,
      isNullable: false,
      value: [1, 2, 3],
    });
    expect(help.find(({ path }) => path === 'space.pooling.size')?.value).toBeUndefined();
  });

  it('names options as settings do: setting each to its own value changes nothing', () => {
    for (const { config } of Object.values(presets)) {
      const settings = optionHelp(config).flatMap(({ path, value }) =>
        value === undefined ? [] : [`${path}=${JSON.stringify(value)}`],
      );
      expect(settings.length).toBeGreaterThan(40);
      expect(mergeOverrides(config, parseSettings(settings))).toEqual(config);
    }
  });
});

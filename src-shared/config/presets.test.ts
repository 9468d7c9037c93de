import { describe, expect, it } from 'vitest';
import { convSpace, convSpaceSize, depthAt } from '../tasks/conv/conv-space';
import { findPreset, presetNames, presets } from './presets';
import { searchConfigSchema } from './search-config';
import { log10OfBigInt } from '../testing/log10-of-big-int';

describe('presets', () => {
  it.each(presetNames)('%s is a valid configuration under its own name', (name) => {
    expect(searchConfigSchema.parse(presets[name].config)).toEqual(presets[name].config);
    expect(presets[name].config.preset).toBe(name);
  });

  it('differ from each other in what the paper says they do', () => {
    const { v1, v2, v3 } = presets;
    expect(v2.config.space).toEqual({
      ...v1.config.space,
      strideHeights: [1, 2, 3],
      strideWidths: [1, 2, 3],
    });
    expect(v3.config.space).toMatchObject({
      blockSize: 3,
      filters: [6, 12, 24, 36],
      pooling: { afterLayers: [13, 24] },
    });
    expect(presets['v3-more-filters'].config.space).toEqual({ ...v3.config.space, extraFilters: 40 });
  });

  it('of the paper end at 12,800 children and 20 layers, v3 at 39', () => {
    for (const name of ['v1', 'v2'] as const) {
      const { budget, space } = presets[name].config;
      expect(depthAt(space.schedule, budget.children - 1)).toBe(20);
    }
    const { space } = presets.v3.config;
    expect(depthAt(space.schedule, 12_799) * space.blockSize).toBe(39);
  });

  it('predict nothing that the published search held fixed', () => {
    expect(Object.keys(convSpace(presets.v1.config.space).vocabulary)).toEqual([
      'filterHeight',
      'filterWidth',
      'filters',
    ]);
    expect(log10OfBigInt(convSpaceSize(presets.v1.config.space, 15))).toBeCloseTo(58.7, 1);
  });

  it('are refused under another name, with the nearest and all names that exist', () => {
    expect(() => findPreset('v4')).toThrow(/no preset 'v4'.*demo, laptop, v1, v2, v3, v3-more-filters/);
    expect(() => findPreset('demo-cell')).toThrow(/Did you mean demo-cells\?/);
    expect(() => findPreset('ptb-base-8')).toThrow(/Did you mean ptb-base8\?/);
    expect(() => findPreset('resnet')).toThrow(/^(?!.*Did you mean)/);
  });
});

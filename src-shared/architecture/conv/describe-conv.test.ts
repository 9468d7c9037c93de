import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countsOf, type KerasCase, type KerasCounts } from '../../testing/keras-cases';
import type { ConvArchitecture, Layer } from './conv-architecture';
import { describeConv } from './describe-conv';

const counted = JSON.parse(
  readFileSync(new URL('../fixtures/keras-conv-counts.json', import.meta.url), 'utf8'),
) as (KerasCase & { keras: KerasCounts })[];

const layer = (inputs: number[], stride = 1): Layer => ({
  kind: 'convolution',
  filterHeight: 3,
  filterWidth: 5,
  strideHeight: stride,
  strideWidth: 1,
  filters: 4,
  inputs,
});
const task = { height: 9, width: 7, channels: 3, classes: 10 };

describe('shapes and costs', () => {
  it('are those of a network counted by hand', () => {
    const architecture: ConvArchitecture = {
      kind: 'conv',
      layers: [layer([0], 2), layer([0, 1])],
      outputs: [2],
    };
    const { layers, features, ...totals } = describeConv(architecture, task);
    expect(layers.map(({ output }) => output)).toEqual([
      { height: 5, width: 7, channels: 4 },
      { height: 9, width: 7, channels: 4 },
    ]);
    expect(layers[1]?.input).toEqual({ height: 9, width: 7, channels: 7 });
    expect(layers[1]?.inputs).toEqual([
      { height: 9, width: 7, channels: 3 },
      { height: 5, width: 7, channels: 4 },
    ]);
    expect(features).toEqual({ height: 9, width: 7, channels: 4 });
    const [first, second] = [3 * 5 * 3 * 4, 3 * 5 * 7 * 4];
    expect(totals).toEqual({
      classifierParameters: 50,
      parameters: first + second + 16 + 50,
      movingStatistics: 16,
      multiplyAdds: 5 * 7 * first + 9 * 7 * second + 40,
      activationBytes: 4 * (9 * 7 * 3 + 2 * 5 * 7 * 4 + 9 * 7 * 7 + 2 * 9 * 7 * 4),
    });
  });

  it(`are those that Keras and TensorFlow count in ${counted.length} random networks`, () => {
    expect(counted.length).toBeGreaterThanOrEqual(30);
    for (const { architecture, task, keras } of counted)
      expect(countsOf(describeConv(architecture, task))).toEqual(keras);
  });

  it('do not exist for a layer that takes a later one, itself or nothing', () => {
    for (const inputs of [[1], [2], [-1], []])
      expect(() => describeConv({ kind: 'conv', layers: [layer(inputs)], outputs: [1] }, task)).toThrow(
        /^Layer 1 /,
      );
    expect(() => describeConv({ kind: 'conv', layers: [layer([0])], outputs: [] }, task)).toThrow(
      /classifier has no input/,
    );
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../../errors';
import type { NetworkNode } from './conv-architecture';
import { countsOf, type KerasCase, type KerasCounts } from '../../testing/conv-samples';
import { describeConv, mapText } from './describe-conv';
import { networkOfLayers, type Layer } from './layered-network';

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
    const architecture = networkOfLayers({
      kind: 'conv',
      layers: [layer([0], 2), layer([0, 1])],
      outputs: [2],
    });
    const { layers, classifier, nodes, ...totals } = describeConv(architecture, task);
    expect(nodes.length).toBe(8);
    expect(layers.map(({ output }) => output)).toEqual([
      { height: 5, width: 7, channels: 4 },
      { height: 9, width: 7, channels: 4 },
    ]);
    expect(layers[1]?.input).toEqual({ height: 9, width: 7, channels: 7 });
    expect(layers[1]?.inputs).toEqual([
      { height: 9, width: 7, channels: 3 },
      { height: 5, width: 7, channels: 4 },
    ]);
    expect(classifier.input).toEqual({ height: 9, width: 7, channels: 4 });
    expect(classifier.parameters).toBe(50);
    const [first, second] = [3 * 5 * 3 * 4, 3 * 5 * 7 * 4];
    expect(totals).toEqual({
      parameters: first + second + 16 + 50,
      movingStatistics: 16,
      multiplyAdds: 5 * 7 * first + 9 * 7 * second + 40,
      activationBytes: 4 * (9 * 7 * 3 + 2 * 5 * 7 * 4 + 9 * 7 * 7 + 2 * 9 * 7 * 4),
    });
  });

  it(`are those that Keras and TensorFlow count in ${counted.length} random networks`, () => {
    expect(counted.length).toBeGreaterThanOrEqual(30);
    for (const { keras, ...network } of counted) expect(countsOf(network)).toEqual(keras);
  });

  it('are those of a residual block and a dense layer counted by hand', () => {
    const window = { strideHeight: 2, strideWidth: 1, padding: 'symmetric' } as const;
    const nodes: NetworkNode[] = [
      {
        kind: 'convolution',
        filterHeight: 3,
        filterWidth: 5,
        ...window,
        filters: 4,
        bias: true,
        inputs: [0],
      },
      { kind: 'maxPooling', height: 1, width: 1, strideHeight: 2, strideWidth: 1, inputs: [0] },
      { kind: 'padChannels', channels: 4, inputs: [2] },
      { kind: 'add', inputs: [1, 3] },
      { kind: 'batchNormalisation', inputs: [4] },
      { kind: 'relu', inputs: [5] },
      { kind: 'dropout', rate: 0.5, inputs: [6] },
      { kind: 'dense', units: 8, bias: false, inputs: [7] },
      { kind: 'dense', units: 'classes', bias: true, inputs: [8] },
    ];
    const { layers, classifier, ...totals } = describeConv({ kind: 'conv', nodes }, task);
    expect(totals.nodes.map(({ output }) => mapText(output))).toEqual([
      ...['5×7×4', '5×7×3', '5×7×4', '5×7×4', '5×7×4', '5×7×4', '5×7×4', '1×1×8', '1×1×10'],
    ]);
    expect(layers.length).toBe(8);
    expect(classifier.parameters).toBe(90);
    const [filters, hidden] = [3 * 5 * 3 * 4, 5 * 7 * 4 * 8];
    expect(totals.parameters).toBe(filters + 4 + 8 + hidden + 90);
    expect(totals.movingStatistics).toBe(8);
    expect(totals.multiplyAdds).toBe(5 * 7 * filters + hidden + 80);
    // The normalisation is rectified in place; dropout keeps its mask too.
    const map = 5 * 7 * 4;
    expect(totals.activationBytes).toBe(4 * (9 * 7 * 3 + map + 5 * 7 * 3 + map + map + map + 2 * map + 8));
  });

  it('do not exist for nodes whose inputs do not suit them', () => {
    const problemOf = (...nodes: NetworkNode[]) => {
      try {
        describeConv({ kind: 'conv', nodes }, task);
      } catch (error) {
        return error instanceof CellsmithError ? error.message : String(error);
      }
      return '';
    };
    for (const input of [1, 2, -1])
      expect(problemOf({ kind: 'relu', inputs: [input] })).toMatch(
        `Node 1 takes node ${input}, which does not come before it.`,
      );
    expect(problemOf({ kind: 'relu', inputs: [] })).toBe('Node 1 has no input.');
    const strided = { strideHeight: 2, strideWidth: 2 };
    expect(
      problemOf(
        { kind: 'maxPooling', height: 2, width: 2, ...strided, inputs: [0] },
        { kind: 'add', inputs: [0, 1] },
      ),
    ).toBe('Node 2 adds maps of different shapes, 9×7×3 and 5×4×3.');
    expect(problemOf({ kind: 'padChannels', channels: 2, inputs: [0] })).toBe('Node 1 pads 3 channels to 2.');
    expect(problemOf({ kind: 'dense', units: 4, bias: true, inputs: [0] })).toMatch(
      /gives 1×1×4, not one logit for each of 10 classes/,
    );
  });
});

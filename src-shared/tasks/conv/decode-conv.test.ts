import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presets } from '../../config/presets';
import type { ConvSpaceConfig } from './conv-options';
import type { Decision } from '../../search-space';
import { drawSample } from '../../testing/conv-samples';
import { decodeConv as decodeToGraph } from './decode-conv';
import { describeConv } from '../../architecture/conv/describe-conv';
import {
  layeredNetworkOf,
  networkOfLayers,
  type Layer,
  type LayeredNetwork,
} from '../../architecture/conv/layered-network';

/** A space in which the anchors are the only decisions. */
const wiring: ConvSpaceConfig = {
  ...presets.v1.config.space,
  filterHeights: [3],
  filterWidths: [3],
  filters: [8],
};
const task = { height: 32, width: 32, channels: 3, classes: 10 };

/** The layers of what is decoded. */
const decodeConv = (...decided: Parameters<typeof decodeToGraph>): LayeredNetwork =>
  layeredNetworkOf(decodeToGraph(...decided));

const inputsOf = (architecture: LayeredNetwork) => architecture.layers.map((layer) => layer.inputs);
const kindsOf = (architecture: LayeredNetwork) =>
  architecture.layers.map((layer) => (layer.kind === 'convolution' ? 'conv' : 'pool')).join(' ');

describe('decoding', () => {
  it('puts each decision where it belongs', () => {
    const { layers } = decodeConv(presets.v2.config.space, 1, [1, 3, 2, 1, 0, []]);
    expect(layers).toEqual<Layer[]>([
      {
        kind: 'convolution',
        filterHeight: 3,
        filterWidth: 7,
        strideHeight: 3,
        strideWidth: 2,
        filters: 24,
        inputs: [0],
      },
    ]);
  });

  it('gives the image to layers without input, and loose ends to the classifier', () => {
    const architecture = decodeConv(wiring, 4, [[], [0], [1, 0], [0, 0, 0]]);
    expect(inputsOf(architecture)).toEqual([[0], [0], [1], [0]]);
    expect(architecture.outputs).toEqual([2, 3, 4]);
  });

  it('concatenates skip connections in the order of the layers, and links no layer unasked', () => {
    const architecture = decodeConv(wiring, 4, [[], [1], [1, 0], [1, 0, 1]]);
    expect(inputsOf(architecture)).toEqual([[0], [1], [1], [1, 3]]);
    expect(architecture.outputs).toEqual([2, 4]);
  });

  it('makes a chain without skip connections', () => {
    const architecture = decodeConv({ ...wiring, skipConnections: false }, 3, []);
    expect(inputsOf(architecture)).toEqual([[0], [1], [2]]);
    expect(architecture.outputs).toEqual([3]);
  });

  it('adds extra filters to convolutions', () => {
    const { layers } = decodeConv({ ...wiring, extraFilters: 40 }, 1, [[]]);
    expect(layers[0]).toMatchObject({ filters: 48 });
  });

  it('connects the layers of a block densely, and passes all of them on', () => {
    const architecture = decodeConv({ ...wiring, blockSize: 3 }, 3, [[], [1], [1, 0]]);
    expect(inputsOf(architecture)).toEqual([
      [0],
      [0, 1],
      [0, 1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
      [1, 2, 3, 4, 5],
      [1, 2, 3],
      [1, 2, 3, 7],
      [1, 2, 3, 7, 8],
    ]);
    expect(architecture.outputs).toEqual([6, 9]);
  });

  it('pools what crosses a fixed pooling once for all its users, the image too', () => {
    const config: ConvSpaceConfig = { ...wiring, pooling: { kind: 'fixed', afterLayers: [2], size: 2 } };
    // Layers 3 and 4 both take layer 1; layer 4 takes layer 3 as well, layer 5 the image; layer 2 is a loose end.
    const architecture = decodeConv(config, 5, [[], [0], [1, 0], [1, 0, 1], [0, 0, 0, 0]]);
    expect(kindsOf(architecture)).toBe('conv conv pool conv conv pool conv pool');
    expect(inputsOf(architecture)).toEqual([[0], [0], [1], [3], [3, 4], [0], [6], [2]]);
    expect(architecture.outputs).toEqual([8, 5, 7]);
    const { classifier } = describeConv(networkOfLayers(architecture), task);
    expect(classifier.input).toEqual({ height: 16, width: 16, channels: 24 });
  });

  it('pools a map at every fixed pooling that it crosses', () => {
    const config: ConvSpaceConfig = { ...wiring, pooling: { kind: 'fixed', afterLayers: [2, 1], size: 2 } };
    const architecture = decodeConv(config, 3, [[], [1], [1, 1]]);
    expect(inputsOf(architecture)).toEqual([[0], [1], [2], [2], [3], [4, 5]]);
    expect(describeConv(networkOfLayers(architecture), task).classifier.input).toMatchObject({
      height: 8,
      width: 8,
    });
  });

  it('has no pooling beyond the last layer', () => {
    const config: ConvSpaceConfig = { ...wiring, pooling: { kind: 'fixed', afterLayers: [3], size: 2 } };
    expect(kindsOf(decodeConv(config, 2, [[], [1]]))).toBe('conv conv');
    expect(kindsOf(decodeConv(config, 3, [[], [1], [0, 1]]))).toBe('conv conv conv pool');
  });

  it('puts a predicted pooling behind its layer', () => {
    const config: ConvSpaceConfig = { ...wiring, pooling: { kind: 'predicted', sizes: [1, 2] } };
    const architecture = decodeConv(config, 2, [1, [], 0, [1]]);
    expect(kindsOf(architecture)).toBe('conv pool conv');
    expect(inputsOf(architecture)).toEqual([[0], [1], [2]]);
  });

  it('keeps a predicted pooling out of the inside of its block', () => {
    const config: ConvSpaceConfig = {
      ...wiring,
      blockSize: 2,
      pooling: { kind: 'predicted', sizes: [1, 2] },
    };
    const architecture = decodeConv(config, 2, [1, [], 0, [1]]);
    expect(kindsOf(architecture)).toBe('conv conv pool pool conv conv');
    expect(inputsOf(architecture)).toEqual([[0], [0, 1], [1], [2], [3, 4], [3, 4, 5]]);
  });

  it('makes pooling layers of the filter size where the controller chose so', () => {
    const config: ConvSpaceConfig = { ...wiring, layerTypes: ['convolution', 'averagePooling'] };
    const { layers } = decodeConv(config, 1, [1, []]);
    expect(layers[0]).toEqual<Layer>({
      kind: 'averagePooling',
      height: 3,
      width: 3,
      strideHeight: 1,
      strideWidth: 1,
      inputs: [0],
    });
  });

  it('takes the predicted learning rate, the only one, or none', () => {
    const rateOf = (learningRates: number[], decisions: Decision[]) =>
      decodeConv({ ...wiring, learningRates }, 1, decisions).learningRate;
    expect(rateOf([0.1, 0.01], [[], 1])).toBe(0.01);
    expect(rateOf([0.1], [[]])).toBe(0.1);
    expect(rateOf([], [[]])).toBeUndefined();
  });

  it('lays out the 39 layers of v3 with its two poolings', () => {
    const { space } = presets.v3.config;
    const decisions: Decision[] = [];
    for (let step = 1; step <= 13; step++)
      decisions.push(
        1,
        1,
        0,
        Array.from({ length: step - 1 }, (_, index) => (index === step - 2 ? 1 : 0)),
      );
    const architecture = decodeConv(space, 13, decisions);
    const convolutions = architecture.layers.filter((layer) => layer.kind === 'convolution');
    expect(convolutions).toHaveLength(39);
    const { layers } = describeConv(networkOfLayers(architecture), task);
    const heights = layers.flatMap(({ layer, output }) =>
      layer.nodes[0].kind === 'convolution' ? [output.height] : [],
    );
    expect(heights).toEqual([
      ...Array<number>(13).fill(32),
      ...Array<number>(11).fill(16),
      ...Array<number>(15).fill(8),
    ]);
  });

  it('makes a valid network of any decisions', () => {
    const samples = fc
      .infiniteStream(fc.nat())
      .map((numbers) => drawSample(8, (bound) => numbers.next().value % bound));
    fc.assert(
      fc.property(samples, ({ config, depth, decisions }) => {
        const { layers, outputs } = decodeConv(config, depth, decisions);
        const used = new Set(outputs);
        for (const [index, layer] of layers.entries()) {
          expect(layer.inputs.length).toBeGreaterThan(0);
          expect(new Set(layer.inputs).size).toBe(layer.inputs.length);
          for (const input of layer.inputs) {
            expect(input).toBeLessThanOrEqual(index);
            used.add(input);
            expect(outputs).not.toContain(input);
          }
        }
        for (let layer = 1; layer <= layers.length; layer++) expect(used).toContain(layer);
        const { classifier } = describeConv(networkOfLayers({ kind: 'conv', layers, outputs }), task);
        const { height, width } = classifier.input;
        expect(Math.min(height, width)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presets } from '../../config/presets';
import type { ConvSpaceConfig } from './conv-options';
import { drawSample, walk } from '../../testing/conv-samples';
import { convSpace, convSpaceSize, depthAt, readConvSteps, writeConvSteps } from './conv-space';
import { largestDepth, type Decision, type DecisionPoint, type SearchSpace } from '../../search-space';
import { log10OfBigInt } from '../../testing/log10-of-big-int';

const v1 = presets.v1.config.space;

/** The points that come up when the first option, or every candidate, is picked everywhere. */
function pointsOf(space: SearchSpace, depth: number): DecisionPoint[] {
  const points: DecisionPoint[] = [];
  walk(space, depth, (point) => {
    points.push(point);
    return point.kind === 'choice' ? 0 : point.candidates.map(() => 1);
  });
  return points;
}

const samples = fc
  .infiniteStream(fc.nat())
  .map((numbers) => drawSample(6, (bound) => numbers.next().value % bound));

const names = (config: ConvSpaceConfig, depth: number) =>
  pointsOf(convSpace(config), depth).map((point) => `${point.name} ${point.layer}`);

describe('the convolutional space', () => {
  it('asks for v1 in the order of the paper', () => {
    expect(names(v1, 2)).toEqual([
      'filterHeight 1',
      'filterWidth 1',
      'filters 1',
      'anchorPoint 1',
      'filterHeight 2',
      'filterWidth 2',
      'filters 2',
      'anchorPoint 2',
    ]);
  });

  it('asks for v2 with strides between width and filters', () => {
    expect(names(presets.v2.config.space, 1)).toEqual([
      'filterHeight 1',
      'filterWidth 1',
      'strideHeight 1',
      'strideWidth 1',
      'filters 1',
      'anchorPoint 1',
    ]);
  });

  it('asks for everything at once: the type first, pooling after filters, the learning rate last', () => {
    const config: ConvSpaceConfig = {
      ...v1,
      layerTypes: ['convolution', 'maxPooling'],
      pooling: { kind: 'predicted', sizes: [1, 2] },
      learningRates: [0.1, 0.01],
      skipConnections: false,
    };
    expect(names(config, 1)).toEqual([
      'layerType 1',
      'filterHeight 1',
      'filterWidth 1',
      'filters 1',
      'poolingSize 1',
      'learningRate 0',
    ]);
  });

  it('asks for no filters of a layer that became a pooling', () => {
    const config: ConvSpaceConfig = { ...v1, layerTypes: ['convolution', 'maxPooling'] };
    const next = convSpace(config).next([1, 0, 0], 1);
    expect(next).toMatchObject({ kind: 'anchor', layer: 1 });
  });

  it('does not ask where there is one option', () => {
    const space = convSpace({ ...v1, filterWidths: [3], skipConnections: false });
    expect(Object.keys(space.vocabulary)).toEqual(['filterHeight', 'filters']);
    expect(pointsOf(space, 3)).toHaveLength(6);
  });

  it('offers each anchor the anchors before it by their positions', () => {
    const anchors = pointsOf(convSpace(v1), 4).flatMap((point) =>
      point.kind === 'anchor' ? [point.candidates] : [],
    );
    expect(anchors).toEqual([[], [3], [3, 7], [3, 7, 11]]);
  });

  it('gives every choice that it asks for a softmax in the vocabulary, with the same options', () => {
    fc.assert(
      fc.property(samples, ({ config, depth, decisions }) => {
        const space = convSpace(config);
        for (let position = 0; position < decisions.length; position++) {
          const point = space.next(decisions.slice(0, position), depth);
          if (point?.kind === 'choice') expect(space.vocabulary[point.name]).toEqual(point.options);
          else expect([point?.kind, space.hasAnchors]).toEqual(['anchor', true]);
        }
        expect(space.next(decisions, depth)).toBeUndefined();
      }),
    );
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(samples, ({ config, depth, decisions }) => {
        expect(writeConvSteps(config, readConvSteps(config, depth, decisions))).toEqual(decisions);
      }),
    );
  });
});

describe('the schedule of layers', () => {
  it('is 6 layers, and 2 more every 1,600 proposals', () => {
    const depths = [0, 1599, 1600, 3199, 3200, 12_799].map((proposals) => depthAt(v1.schedule, proposals));
    expect(depths).toEqual([6, 6, 8, 8, 10, 20]);
  });

  it('stops at the maximum', () => {
    expect(depthAt({ initialLayers: 3, growBy: 2, every: 5, maximumLayers: 6 }, 1000)).toBe(6);
  });
});

describe('the size of the space', () => {
  it('is 64 settings and 1, 2, 4, … anchor patterns a layer for v1', () => {
    expect(convSpaceSize(v1, 1)).toBe(64n);
    expect(convSpaceSize(v1, 3)).toBe(64n ** 3n * 8n);
    expect(log10OfBigInt(convSpaceSize(v1, 15))).toBeCloseTo(15 * Math.log10(64) + 105 * Math.log10(2), 9);
  });

  it('counts what a walk of all decisions finds', () => {
    const config: ConvSpaceConfig = {
      ...v1,
      filterHeights: [1, 3],
      filterWidths: [3],
      filters: [4, 8, 12],
      layerTypes: ['convolution', 'averagePooling'],
      learningRates: [0.1, 0.2],
    };
    const count = (space: SearchSpace, depth: number, decisions: Decision[]): number => {
      const point = space.next(decisions, depth);
      if (!point) return 1;
      const options: Decision[] =
        point.kind === 'choice'
          ? point.options.map((_, index) => index)
          : Array.from({ length: 2 ** point.candidates.length }, (_, bits) =>
              point.candidates.map((__, index) => (bits >> index) & 1),
            );
      return options.reduce<number>((sum, option) => sum + count(space, depth, [...decisions, option]), 0);
    };
    for (const depth of [1, 2, 3])
      expect(convSpaceSize(config, depth)).toBe(BigInt(count(convSpace(config), depth, [])));
  });
});

describe('decisions that are none of the space', () => {
  it.each([
    [[4, 0, 0, []], 'Decision 0 (filter height of layer 1) must be an index from 0 to 3, but is 4'],
    [[0, 1.5, 0, []], 'Decision 1 (filter width of layer 1)'],
    [[0, 0, -1, []], 'Decision 2 (filters of layer 1)'],
    [[0, 0, 0, [1]], 'Decision 3 (anchor point of layer 1) must be a list of 0 bits, but is [1]'],
    [[0, 0], 'Decision 2 (filters of layer 1) must be an index from 0 to 3, but is missing'],
    [[0, 0, 0, [], 0], 'takes 4 decisions, not 5'],
  ] as [Decision[], string][])('%j is refused', (decisions, message) => {
    expect(() => readConvSteps(v1, 1, decisions)).toThrow(message);
    expect(() => readConvSteps(v1, 1, decisions)).toThrow(
      expect.objectContaining({ code: 'architecture.invalid' }),
    );
  });

  it.each([0, 1.5, largestDepth + 1])('a depth of %d is rejected in every space', (depth) => {
    const nothingToDecide: ConvSpaceConfig = {
      ...v1,
      filterHeights: [3],
      filterWidths: [3],
      filters: [8],
      skipConnections: false,
    };
    expect(() => readConvSteps(nothingToDecide, depth, [])).toThrow(
      expect.objectContaining({
        code: 'architecture.invalid',
        message: `An architecture has from 1 to 128 predicted layers or blocks, not ${depth}.`,
      }),
    );
    expect(readConvSteps(nothingToDecide, largestDepth, []).steps).toHaveLength(128);
  });
});

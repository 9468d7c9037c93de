import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presets } from '../../config/presets';
import { drawSample } from '../../testing/conv-samples';
import { decodeConv } from './decode-conv';
import { describeConv } from '../../architecture/conv/describe-conv';
import { hashConv } from '../../architecture/conv/hash-conv';
import { networkOfLayers } from '../../architecture/conv/layered-network';
import { publishedV1 } from '../../zoo/nas-v1';
import { encodeConv } from '../../testing/encode-conv';

const samples = fc
  .infiniteStream(fc.nat())
  .map((numbers) => drawSample(6, (bound) => numbers.next().value % bound))
  .filter(({ config }) => config.layerTypes.length === 1);

describe('encoding', () => {
  it('finds decisions that mean the network', () => {
    fc.assert(
      fc.property(samples, ({ config, depth, decisions }) => {
        const architecture = decodeConv(config, depth, decisions);
        const encoded = encodeConv(config, architecture);
        expect(encoded.depth).toBe(depth);
        expect(hashConv(decodeConv(config, depth, encoded.decisions))).toBe(hashConv(architecture));
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a network of another space', () => {
    const v1 = presets.v1.config.space;
    const strided = decodeConv(presets.v2.config.space, 1, [0, 0, 1, 0, 0, []]);
    expect(() => encodeConv(v1, strided)).toThrow('The search space has no such network.');
    const wide = decodeConv({ ...v1, extraFilters: 1 }, 1, [0, 0, 0, []]);
    expect(() => encodeConv(v1, wide)).toThrow(/no filters of layer 1 of 25; its options are 24, 36, 48, 64/);
    expect(() => encodeConv(v1, networkOfLayers({ kind: 'conv', layers: [], outputs: [0] }))).toThrow(
      /no such network/,
    );
  });
});

describe('the published v1 network', () => {
  it('is one of the v1 space', () => {
    const { space } = presets.v1.config;
    const { depth, decisions } = encodeConv(space, publishedV1);
    expect(depth).toBe(15);
    expect(decodeConv(space, depth, decisions)).toEqual(publishedV1);
  });

  it('has the published 4.2 million parameters', () => {
    const { parameters } = describeConv(publishedV1, { height: 32, width: 32, channels: 3, classes: 10 });
    expect((parameters / 1e6).toFixed(1)).toBe('4.2');
  });
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../search-space';
import type { ConvSpaceConfig } from '../../tasks/conv/conv-options';
import { hashConv } from './hash-conv';
import { convTableText, summariseConv } from './conv-text';
import { decodeConv } from '../../tasks/conv/decode-conv';
import { describeConv } from './describe-conv';
import {
  layeredNetworkOf,
  networkOfLayers,
  storedNetworkSchema,
  type LayeredNetwork,
} from './layered-network';

/** What the commit before networks became graphs has said of a network, on images of 32×32×3 in ten classes. */
interface RecordedNetwork {
  readonly architecture: LayeredNetwork;
  readonly hash: string;
  readonly totals: {
    readonly features: object;
    readonly classifierParameters: number;
    readonly parameters: number;
    readonly movingStatistics: number;
    readonly multiplyAdds: number;
    readonly activationBytes: number;
  };
  readonly summary: string;
  readonly tableSha256: string;
  /** Absent for a network that no decisions made. */
  readonly config?: ConvSpaceConfig;
  readonly depth?: number;
  readonly decisions?: readonly Decision[];
}
const recorded = JSON.parse(
  readFileSync(new URL('fixtures/networks-of-layers.json', import.meta.url), 'utf8'),
) as readonly RecordedNetwork[];
const task = { height: 32, width: 32, channels: 3, classes: 10 };

describe('networks recorded as layers', () => {
  it('open as the graphs that their decisions mean', () => {
    expect(recorded.length).toBe(18);
    for (const { architecture, config, depth, decisions } of recorded) {
      const network = storedNetworkSchema.parse(architecture);
      expect(network).toEqual(networkOfLayers(architecture));
      expect(storedNetworkSchema.parse(JSON.parse(JSON.stringify(network)))).toEqual(network);
      expect(layeredNetworkOf(network)).toEqual(architecture);
      if (config && depth !== undefined && decisions)
        expect(decodeConv(config, depth, decisions)).toEqual(network);
    }
  });

  it('keep their names, counts and texts', () => {
    for (const { architecture, hash, totals, summary, tableSha256 } of recorded) {
      const network = networkOfLayers(architecture);
      expect(hashConv(network)).toBe(hash);
      const { layers, nodes, classifier, ...rest } = describeConv(network, task);
      expect(layers.length).toBe(architecture.layers.length);
      expect(nodes.length).toBeGreaterThan(layers.length);
      const [features, classifierParameters] = [classifier.input, classifier.parameters];
      expect({ features, classifierParameters, ...rest }).toEqual(totals);
      expect(summariseConv(network, task)).toBe(summary);
      const table = convTableText(network, task);
      expect(createHash('sha256').update(table).digest('hex')).toBe(tableSha256);
    }
  });

  it('are layers alone: what no layer can say is refused', () => {
    const network = networkOfLayers({
      kind: 'conv',
      layers: [{ kind: 'maxPooling', height: 2, width: 2, strideHeight: 2, strideWidth: 2, inputs: [0] }],
      outputs: [1],
    });
    const [pooling, mean, dense] = network.nodes;
    if (!pooling || !mean || !dense) throw new Error('the network has three nodes');
    expect(() =>
      layeredNetworkOf({ ...network, nodes: [{ kind: 'relu', inputs: [0] }, mean, dense] }),
    ).toThrow(/none of the convolutional space/);
    expect(() => layeredNetworkOf({ ...network, nodes: [pooling, mean] })).toThrow(/none of the/);
  });
});

import { byKind, type PerKind, type ConvArchitecture } from '../architecture/conv/conv-architecture';
import { type NetworkLayer, layersOf } from '../architecture/conv/layered-network';
import type { Tone } from './drawing';

/** How a layer looks as a block. */
interface NodeBlock {
  readonly tone: Tone;
  /** '7×7 · 48', '2×2 max'. */
  readonly text: string;
  /** How wide it is between the narrowest (0) and the widest (1). */
  readonly share: number;
}

/** Blocks are as wide as the logarithm of their filters; this many fill the drawing. */
const mostFilters = 128;
const shareOf = (filters: number): number => Math.min(1, Math.log2(filters + 1) / Math.log2(mostFilters + 1));

const plain = (text: string): NodeBlock => ({ tone: 'plain', text, share: 0 });

const blocks: PerKind<[], NodeBlock> = {
  convolution: ({ filterHeight, filterWidth, filters }) => ({
    tone: 'convolution',
    text: `${filterHeight}×${filterWidth} · ${filters}`,
    share: shareOf(filters),
  }),
  dense: ({ units }) => ({
    tone: 'convolution',
    text: `dense · ${units}`,
    share: units === 'classes' ? 0 : shareOf(units),
  }),
  maxPooling: ({ height, width }) => ({ tone: 'pooling', text: `${height}×${width} max`, share: 0 }),
  averagePooling: ({ height, width }) => ({ tone: 'pooling', text: `${height}×${width} mean`, share: 0 }),
  globalAveragePooling: () => ({ tone: 'pooling', text: 'global mean', share: 0 }),
  batchNormalisation: () => plain('batch norm'),
  relu: () => plain('ReLU'),
  dropout: ({ rate }) => plain(`dropout ${rate}`),
  padChannels: ({ channels }) => plain(`pad to ${channels}`),
  add: () => ({ tone: 'merge', text: 'add', share: 0 }),
};

/** The block of a layer: that of its first node. */
export function blockOf({ nodes: [node] }: NetworkLayer): NodeBlock {
  return byKind(blocks, node);
}

/** A connection between the layers of a network, by their numbers; the classifier comes after the last. */
export interface Connection {
  readonly from: number;
  readonly to: number;
}

/** A connection that passes layers by, drawn as an arc on one side of the column. */
interface SkipConnection extends Connection {
  readonly side: -1 | 1;
}

/** All connections, in the order of the layers that take them. */
export function connectionsOf(architecture: ConvArchitecture): readonly Connection[] {
  const { layers, classifier } = layersOf(architecture);
  return [...layers, classifier].flatMap(({ inputs, number }) =>
    inputs.map((from) => ({ from, to: number })),
  );
}

/** Those that pass layers by, the longest first, alternately on the right and on the left: the same in every drawing. */
export function skipConnectionsOf(architecture: ConvArchitecture): readonly SkipConnection[] {
  return connectionsOf(architecture)
    .filter(({ from, to }) => to - from > 1)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .map((connection, index) => ({ ...connection, side: index % 2 === 0 ? 1 : -1 }));
}

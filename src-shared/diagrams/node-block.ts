import { byKind, type PerKind } from '../architecture/conv/conv-architecture';
import type { NetworkLayer } from '../architecture/conv/layers-of';
import type { Tone } from './drawing';

/** How a layer looks as a block. */
export interface NodeBlock {
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

import type { ConvArchitecture, Layer, LayerReference } from '../architecture/conv/conv-architecture';

/** A connection of a network; the classifier is `layers.length + 1`. */
export interface Connection {
  readonly from: LayerReference;
  readonly to: number;
}

/** A connection that passes layers by, drawn as an arc on one side of the column. */
export interface SkipConnection extends Connection {
  readonly side: -1 | 1;
}

/** All connections, in the order of the layers that take them. */
export function connectionsOf({ layers, outputs }: ConvArchitecture): readonly Connection[] {
  return [
    ...layers.flatMap((layer, index) => layer.inputs.map((from) => ({ from, to: index + 1 }))),
    ...outputs.map((from) => ({ from, to: layers.length + 1 })),
  ];
}

/** Those that pass layers by, the longest first, alternately on the right and on the left: the same in every drawing. */
export function skipConnectionsOf(architecture: ConvArchitecture): readonly SkipConnection[] {
  return connectionsOf(architecture)
    .filter(({ from, to }) => to - from > 1)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .map((connection, index) => ({ ...connection, side: index % 2 === 0 ? 1 : -1 }));
}

/** Blocks are as wide as the logarithm of their filters; so many fill the drawing. */
const mostFilters = 128;

/** How wide the block of a layer is between the narrowest (0) and the widest (1). */
export function blockShare(layer: Layer): number {
  if (layer.kind !== 'convolution') return 0;
  return Math.min(1, Math.log2(layer.filters + 1) / Math.log2(mostFilters + 1));
}

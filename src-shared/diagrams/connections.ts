import type { ConvArchitecture } from '../architecture/conv/conv-architecture';
import { layersOf } from '../architecture/conv/layers-of';

/** A connection between the layers of a network, by their numbers; the classifier comes after the last. */
export interface Connection {
  readonly from: number;
  readonly to: number;
}

/** A connection that passes layers by, drawn as an arc on one side of the column. */
export interface SkipConnection extends Connection {
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

import type { ConvArchitecture, NetworkNode, NodeReference } from './conv-architecture';

/**
 * What reads as one layer of a network: convolution → batch normalisation → ReLU where nothing else takes what the first two give,
 * or a node alone.
 */
export interface NetworkLayer {
  /** From 1; the image is 0. The classifier follows the last layer. */
  readonly number: number;
  readonly nodes: readonly [NetworkNode, ...NetworkNode[]];
  /** Of its nodes. */
  readonly references: readonly NodeReference[];
  /** Numbers of the layers that it takes. */
  readonly inputs: readonly number[];
}

export interface NetworkLayers {
  readonly layers: readonly NetworkLayer[];
  /** The last node, with the global average pooling before it when nothing else takes that. */
  readonly classifier: NetworkLayer;
}

/** Reads a network by its layers, in the order of their first nodes. */
export function layersOf({ nodes }: ConvArchitecture): NetworkLayers {
  const users: NodeReference[][] = Array.from({ length: nodes.length + 1 }, () => []);
  for (const [index, { inputs }] of nodes.entries())
    for (const input of inputs) users[input]?.push(index + 1);
  /** The node after, when it is the only one that takes the node, takes nothing else and is of the kind. */
  const next = (reference: NodeReference, kind: NetworkNode['kind']): NodeReference | undefined => {
    const [user, ...others] = users[reference] ?? [];
    const node = user === undefined ? undefined : nodes[user - 1];
    return others.length === 0 && node?.kind === kind && node.inputs.length === 1 ? user : undefined;
  };

  const layers: NetworkLayer[] = [];
  // Of the image and each node: the number of its layer.
  const numbers: number[] = [0];
  for (const [index, node] of nodes.entries()) {
    const first = index + 1;
    if (numbers[first] !== undefined) continue;
    const references = [first];
    if (node.kind === 'convolution') {
      const normalisation = next(first, 'batchNormalisation');
      const relu = normalisation === undefined ? undefined : next(normalisation, 'relu');
      if (normalisation !== undefined && relu !== undefined && relu < nodes.length)
        references.push(normalisation, relu);
    } else if (node.kind === 'globalAveragePooling' && first === nodes.length - 1) {
      const last = next(first, 'dense');
      if (last !== undefined) references.push(last);
    }
    const number = layers.length + 1;
    for (const reference of references) numbers[reference] = number;
    const members = references.slice(1).flatMap((reference) => nodes[reference - 1] ?? []);
    const inputs = node.inputs.map((input) => numbers[input] ?? 0);
    layers.push({ number, nodes: [node, ...members], references, inputs });
  }
  const classifier = layers.pop();
  if (classifier === undefined) throw new RangeError('a network has a node');
  return { layers, classifier };
}

import type { Graph, GraphNode, Tensor } from '../graph';
import { boolOf, constantInts, outputAt } from '../op';
import { isFastConvolution } from './convolution/fast-convolutions';

/** What a node is written as: another op, of other inputs and attributes, whose outputs are used under the same numbers. */
export type WrittenAs = Pick<GraphNode, 'op' | 'inputs' | 'attributes'>;

/** Nodes that are written as something else than they are. */
export type NodesInPlace = ReadonlyMap<GraphNode, WrittenAs>;

/**
 * Puts the product's own kernels in the place of TensorFlow's ops:
 * - the gradient of a convolution's filter;
 * - a convolution and the gradient of its input, where ours are faster;
 * - sums of slices of channels, and such slices alone;
 * - batch normalisation in training with the ReLU after it, and the gradient of both.
 *
 * Nothing is taken out of the graph: a ReLU becomes the name of what its normalisation gives, its gradient is left without use.
 *
 * @param isFast whether our kernel is faster than oneDNN's for a Conv2D or Conv2DBackpropInput
 */
export function kernelsInPlace(
  graph: Graph,
  isFast: (node: GraphNode) => boolean = (node) => isFastConvolution(node),
): NodesInPlace {
  const written = new Map<GraphNode, WrittenAs>();
  const users = usersOf(graph);
  for (const node of graph.nodes) {
    const { op, inputs, attributes } = node;
    if (op === 'Conv2DBackpropFilter')
      written.set(node, { op: 'CellsmithConv2DBackpropFilter', inputs, attributes });
    if ((op === 'Conv2D' || op === 'Conv2DBackpropInput') && isFast(node))
      written.set(node, { op: `Cellsmith${op}`, inputs, attributes });
    if (op === 'AddN') writeChannelSum(node, inputs, written);
    if (op === 'Slice') writeChannelSum(node, node.outputs, written);
    if (op === 'FusedBatchNormV3') writeRectified(node, users, written);
  }
  return written;
}

/** A sum of which some terms are channels of images; slices that nothing else uses are then left without use. */
function writeChannelSum(
  node: GraphNode,
  terms: readonly Tensor[],
  written: Map<GraphNode, WrittenAs>,
): void {
  const [sum] = node.outputs;
  const { T } = node.attributes;
  const slices = terms.map(channelsOf);
  if (sum?.dtype !== 'float32' || sum.shape.length !== 4 || !T) return;
  if (slices.every((slice) => slice === undefined)) return;
  written.set(node, {
    op: 'CellsmithAddChannels',
    inputs: terms.map((term, i) => slices[i]?.images ?? term),
    attributes: {
      T,
      N: { int: terms.length },
      begins: { ints: slices.map((slice) => slice?.begin ?? 0) },
      channels: { int: sum.shape[3] ?? 0 },
    },
  });
}

/** The images of which a tensor is a slice along the channels alone, and the first of these. */
function channelsOf({
  node,
  shape,
}: Tensor): { readonly images: Tensor; readonly begin: number } | undefined {
  const [images, begin] = node.inputs;
  if (node.op !== 'Slice' || !images || !begin || images.shape.length !== 4) return undefined;
  if (images.shape.slice(0, 3).some((length, axis) => length !== shape[axis])) return undefined;
  return { images, begin: constantInts(begin)[3] ?? 0 };
}

type Users = (tensor: Tensor) => readonly (GraphNode | 'signature')[];

function usersOf(graph: Graph): Users {
  const users = new Map<Tensor, (GraphNode | 'signature')[]>();
  const add = (tensor: Tensor, user: GraphNode | 'signature'): void => {
    users.set(tensor, [...(users.get(tensor) ?? []), user]);
  };
  for (const node of graph.nodes) for (const input of node.inputs) add(input, node);
  for (const { outputs } of graph.signatures.values())
    for (const output of Object.values(outputs)) add(output, 'signature');
  return (tensor) => users.get(tensor) ?? [];
}

/** A normalisation of which nothing but its ReLU is used, and its reserve by the gradient of both alone. */
function writeRectified(node: GraphNode, users: Users, written: Map<GraphNode, WrittenAs>): void {
  const [x, scale, offset] = node.inputs;
  const [rectified, ...others] = users(outputAt(node, 0));
  if (!boolOf(node.attributes, 'is_training') || !x || !scale || !offset) return;
  if (x.dtype !== 'float32' || rectified === undefined || others.length > 0 || !isRelu(rectified)) return;
  const reserve = [3, 4, 5].map((output) => outputAt(node, output));
  const gradients = new Map<GraphNode, Tensor>();
  for (const user of reserve.flatMap((output) => users(output))) {
    const arriving = user === 'signature' ? undefined : arrivingAt(user, rectified);
    if (user === 'signature' || arriving === undefined || !usesReserve(user, reserve)) return;
    gradients.set(user, arriving);
  }
  const { T, epsilon, exponential_avg_factor } = node.attributes;
  if (!T || !epsilon || !exponential_avg_factor) return;
  written.set(node, {
    op: 'CellsmithBatchNormRelu',
    inputs: node.inputs,
    attributes: { T, epsilon, exponential_avg_factor },
  });
  written.set(rectified, { op: 'Identity', inputs: [outputAt(node, 0)], attributes: { T } });
  for (const [gradient, dy] of gradients)
    written.set(gradient, {
      op: 'CellsmithBatchNormReluGrad',
      inputs: [dy, x, scale, offset, outputAt(node, 3), outputAt(node, 4)],
      attributes: { T },
    });
}

/** `relu` is a maximum with zero after a normalisation in training. */
function isRelu(node: GraphNode | 'signature'): node is GraphNode {
  if (node === 'signature') return false;
  const value = node.inputs[1]?.node.attributes['value'];
  return (
    node.op === 'Maximum' &&
    value !== undefined &&
    'literal' in value &&
    value.literal.values.length === 1 &&
    value.literal.values[0] === 0
  );
}

/** What arrives at the gradient of a ReLU that the gradient of a normalisation is taken of; undefined when it is of something else. */
function arrivingAt(gradient: GraphNode, rectified: GraphNode): Tensor | undefined {
  const through = gradient.op === 'FusedBatchNormGradV3' ? gradient.inputs[0]?.node : undefined;
  return through?.op === 'ReluGrad' && through.inputs[1]?.node === rectified ? through.inputs[0] : undefined;
}

function usesReserve(gradient: GraphNode, reserve: readonly Tensor[]): boolean {
  return reserve.every((tensor, i) => gradient.inputs[3 + i] === tensor);
}

import type { Graph, GraphNode, Tensor } from '../graph';
import { boolOf, constantInts, outputAt, intsOf } from '../op';
import { kernelConstants } from '../load';
import type { KernelConstants } from './kernels';

/** What a node is written as: another op with other inputs and attributes and the same numbering of outputs. */
export type Rewrite = Pick<GraphNode, 'op' | 'inputs' | 'attributes'>;

export type Rewrites = ReadonlyMap<GraphNode, Rewrite>;

/**
 * Peephole rewrites from TensorFlow's ops to custom kernels:
 * - the filter gradient of a convolution;
 * - a convolution and its input gradient, if the custom kernel is faster;
 * - sums of channel slices, and single channel slices;
 * - batch normalisation in training fused with its ReLU, and the gradient of both.
 *
 * No node is removed: a fused ReLU becomes an Identity, and what the fusion makes unused is dead code.
 *
 * @param isFast whether the custom kernel is faster than oneDNN's for a Conv2D or Conv2DBackpropInput; by the model when absent,
 *   which needs the library to be loaded
 */
export function kernelRewrites(
  graph: Graph,
  isFast: (node: GraphNode) => boolean = (node) => isFastConvolution(node, kernelConstants()),
): Rewrites {
  const rewrites = new Map<GraphNode, Rewrite>();
  const consumers = consumersOf(graph);
  for (const node of graph.nodes) {
    const { op, inputs, attributes } = node;
    if (op === 'Conv2DBackpropFilter')
      rewrites.set(node, { op: 'CellsmithConv2DBackpropFilter', inputs, attributes });
    if ((op === 'Conv2D' || op === 'Conv2DBackpropInput') && isFast(node))
      rewrites.set(node, { op: `Cellsmith${op}`, inputs, attributes });
    if (op === 'AddN') rewriteChannelSum(node, inputs, rewrites);
    if (op === 'Slice') rewriteChannelSum(node, node.outputs, rewrites);
    if (op === 'FusedBatchNormV3') fuseBatchNormRelu(node, consumers, rewrites);
  }
  return rewrites;
}

/** Rewrites a sum with channel slices among its terms; slices without other consumers become dead code. */
function rewriteChannelSum(
  node: GraphNode,
  terms: readonly Tensor[],
  rewrites: Map<GraphNode, Rewrite>,
): void {
  const [sum] = node.outputs;
  const { T } = node.attributes;
  const slices = terms.map(channelSlice);
  if (sum?.dtype !== 'float32' || sum.shape.length !== 4 || !T) return;
  if (slices.every((slice) => slice === undefined)) return;
  rewrites.set(node, {
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

/** The images and the first channel of a slice along channels only. */
function channelSlice({
  node,
  shape,
}: Tensor): { readonly images: Tensor; readonly begin: number } | undefined {
  const [images, begin] = node.inputs;
  if (node.op !== 'Slice' || !images || !begin || images.shape.length !== 4) return undefined;
  if (images.shape.slice(0, 3).some((length, axis) => length !== shape[axis])) return undefined;
  return { images, begin: constantInts(begin)[3] ?? 0 };
}

type Consumers = (tensor: Tensor) => readonly (GraphNode | 'signature')[];

function consumersOf(graph: Graph): Consumers {
  const consumers = new Map<Tensor, (GraphNode | 'signature')[]>();
  const add = (tensor: Tensor, consumer: GraphNode | 'signature'): void => {
    consumers.set(tensor, [...(consumers.get(tensor) ?? []), consumer]);
  };
  for (const node of graph.nodes) for (const input of node.inputs) add(input, node);
  for (const { outputs } of graph.signatures.values())
    for (const output of Object.values(outputs)) add(output, 'signature');
  return (tensor) => consumers.get(tensor) ?? [];
}

/** Fuses a normalisation with its ReLU, if only the ReLU takes its output and only gradients of both take its reserve space. */
function fuseBatchNormRelu(node: GraphNode, consumers: Consumers, rewrites: Map<GraphNode, Rewrite>): void {
  const [x, scale, offset] = node.inputs;
  const [activation, ...others] = consumers(outputAt(node, 0));
  if (!boolOf(node.attributes, 'is_training') || !x || !scale || !offset) return;
  if (x.dtype !== 'float32' || activation === undefined || others.length > 0 || !isRelu(activation)) return;
  const reserve = [3, 4, 5].map((output) => outputAt(node, output));
  const gradients = new Map<GraphNode, Tensor>();
  for (const consumer of reserve.flatMap((output) => consumers(output))) {
    const dy = consumer === 'signature' ? undefined : outputGradient(consumer, activation);
    if (consumer === 'signature' || dy === undefined || !takesReserve(consumer, reserve)) return;
    gradients.set(consumer, dy);
  }
  const { T, epsilon, exponential_avg_factor } = node.attributes;
  if (!T || !epsilon || !exponential_avg_factor) return;
  rewrites.set(node, {
    op: 'CellsmithBatchNormRelu',
    inputs: node.inputs,
    attributes: { T, epsilon, exponential_avg_factor },
  });
  rewrites.set(activation, { op: 'Identity', inputs: [outputAt(node, 0)], attributes: { T } });
  for (const [gradient, dy] of gradients)
    rewrites.set(gradient, {
      op: 'CellsmithBatchNormReluGrad',
      inputs: [dy, x, scale, offset, outputAt(node, 3), outputAt(node, 4)],
      attributes: { T },
    });
}

/** `relu` emits a maximum with zero after a normalisation in training. */
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

/** The gradient of the ReLU's output that a FusedBatchNormGradV3 takes through the ReLU's gradient; undefined for another node. */
function outputGradient(gradient: GraphNode, activation: GraphNode): Tensor | undefined {
  const reluGradient = gradient.op === 'FusedBatchNormGradV3' ? gradient.inputs[0]?.node : undefined;
  return reluGradient?.op === 'ReluGrad' && reluGradient.inputs[1]?.node === activation
    ? reluGradient.inputs[0]
    : undefined;
}

function takesReserve(gradient: GraphNode, reserve: readonly Tensor[]): boolean {
  return reserve.every((tensor, i) => gradient.inputs[3 + i] === tensor);
}

/**
 * Whether the custom kernel computes a Conv2D or Conv2DBackpropInput faster than oneDNN, by a model of the lanes in use and of the
 * multiplications: oneDNN's vectors hold output channels, the custom kernel's hold pixels of a row, and Winograd saves
 * multiplications for kernels of several rows. Measured by `npm run bench -- convolutions`.
 */
export function isFastConvolution(node: GraphNode, kernels: KernelConstants): boolean {
  const { lanes, pixelLanes, maxKernelRows } = kernels;
  const [result] = node.outputs;
  const filter = node.inputs[1];
  if (!result || !filter || result.dtype !== 'float32') return false;
  if (intsOf(node.attributes, 'strides').some((stride) => stride !== 1)) return false;
  const [, height = 0, width = 0, channels = 0] = result.shape;
  const [kernelRows = 0, kernelColumns = 0, inChannels = 0, outChannels = 0] = filter.shape;
  if (kernelRows > maxKernelRows || kernelRows * kernelColumns === 1) return false;
  // Two rows of up to eight pixels share a vector.
  const pixels = utilization(width, width <= pixelLanes / 2 ? pixelLanes / 2 : pixelLanes);
  const custom = pixels * winogradSpeedup(kernelRows, height, kernels);
  const reduced = node.op === 'Conv2D' ? inChannels : outChannels;
  return (
    custom >= overhead(kernelRows) * utilization(channels, lanes) || (reduced < lanes / 2 && custom > 0.7)
  );
}

/** The factor by which the custom kernel must save work to pay for transpositions and, with several rows, Winograd's transforms. */
function overhead(kernelRows: number): number {
  return kernelRows === 1 ? 1.1 : 1.6;
}

/** The fraction of lanes in use when vectors hold `count` values. */
function utilization(count: number, lanes: number): number {
  return count / (lanes * Math.ceil(count / lanes));
}

/** Multiplications of a direct convolution per multiplication of Winograd's. */
function winogradSpeedup(
  kernelRows: number,
  height: number,
  { winogradOutputs, winogradTaps }: KernelConstants,
): number {
  if (kernelRows === 1) return 1;
  const alpha = kernelRows + (winogradOutputs - 1) * Math.ceil(kernelRows / winogradTaps);
  return (kernelRows * height) / (alpha * Math.ceil(height / winogradOutputs));
}

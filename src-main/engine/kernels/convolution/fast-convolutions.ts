import type { GraphNode } from '../../graph';
import { intsOf } from '../../op';
import type { KernelConstants } from '../kernels';

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

import type { GraphNode, Shape } from '../graph';
import { intsOf } from '../op';

/** Filters, or channels of the input's gradient, that a vector of oneDNN holds; pixels of a row that one of ours holds. */
const lanes = 16;

/** What part of the lanes is in use when vectors are filled with so many values. */
function filled(count: number, of = lanes): number {
  return count / (of * Math.ceil(count / of));
}

/**
 * Whether our own kernel computes a Conv2D or Conv2DBackpropInput faster than oneDNN's: oneDNN's vectors hold channels of the result,
 * ours pixels of a row, and who leaves more lanes idle is slower.
 */
export function isFastConvolution(node: GraphNode): boolean {
  const [result] = node.outputs;
  const filter = node.inputs[1];
  if (!result || !filter || result.dtype !== 'float32') return false;
  if (intsOf(node.attributes, 'strides').some((stride) => stride !== 1)) return false;
  return isFasterThanOneDnn(result.shape, filter.shape);
}

/** @param result [batch, height, width, channels] @param filter [height, width, channels, filters] */
function isFasterThanOneDnn(result: Shape, filter: Shape): boolean {
  const [, , width = 0, channels = 0] = result;
  const [height = 0, across = 0] = filter;
  if (width < 5 || height * across < 2) return false;
  // Two rows of up to eight pixels share a vector.
  const pixels = filled(width, width <= lanes / 2 ? lanes / 2 : lanes);
  return filled(channels) < 0.9 * pixels;
}

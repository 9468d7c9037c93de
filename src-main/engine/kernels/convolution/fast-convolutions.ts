import type { GraphNode } from '../../graph';
import { intsOf } from '../../op';

/** Filters, or channels of the input's gradient, that a vector of oneDNN holds; pixels of a row that one of ours holds. */
const lanes = 16;

/** What part of the lanes is in use when vectors are filled with so many values. */
function filled(count: number, of = lanes): number {
  return count / (of * Math.ceil(count / of));
}

/**
 * Whether our own kernel computes a Conv2D or Conv2DBackpropInput faster than oneDNN's: oneDNN's vectors hold channels of the result,
 * ours pixels of a row, and who leaves more lanes idle is slower. Where both fill them oneDNN is faster by a tenth. docs/benchmarks.md
 * has the measurements.
 */
export function isFastConvolution(node: GraphNode): boolean {
  const [result] = node.outputs;
  const filter = node.inputs[1];
  if (!result || !filter || result.dtype !== 'float32') return false;
  if (intsOf(node.attributes, 'strides').some((stride) => stride !== 1)) return false;
  const [, , width = 0, channels = 0] = result.shape;
  const [height = 0, across = 0, depth = 0, filters = 0] = filter.shape;
  if (width <= lanes / 4 || height * across === 1) return false;
  // Two rows of up to eight pixels share a vector.
  const pixels = filled(width, width <= lanes / 2 ? lanes / 2 : lanes);
  const summedUp = node.op === 'Conv2D' ? depth : filters;
  return pixels > 0.7 && (summedUp < lanes / 2 || filled(channels) <= 0.9 * pixels);
}

import type { GraphNode } from '../../graph';
import { intsOf } from '../../op';
import { vectorLanes } from '../kernels';

/** Pixels of a row that a vector of our kernel holds (`images/pixel-tiles.h`). */
const pixelLanes = 16;
/** Kernel rows that it takes at the most, rows of the result that it makes together, kernel rows that it takes together (`images/columns.h`). */
const [mostTaps, outputsTogether, tapsTogether] = [20, 4, 5];

/**
 * Whether our own kernel computes a Conv2D or Conv2DBackpropInput faster than oneDNN's: oneDNN's vectors hold channels of the result,
 * ours pixels of a row, and idle lanes are lost; ours makes fewer products where the kernel is higher than one row.
 * `npm run bench -- convolutions` has the measurements.
 *
 * @param lanes floats of a vector of oneDNN's
 */
export function isFastConvolution(node: GraphNode, lanes: 8 | 16 = vectorLanes()): boolean {
  const [result] = node.outputs;
  const filter = node.inputs[1];
  if (!result || !filter || result.dtype !== 'float32') return false;
  if (intsOf(node.attributes, 'strides').some((stride) => stride !== 1)) return false;
  const [, height = 0, width = 0, channels = 0] = result.shape;
  const [taps = 0, across = 0, depth = 0, filters = 0] = filter.shape;
  if (taps > mostTaps || taps * across === 1) return false;
  // Two rows of up to eight pixels share a vector.
  const pixels = filled(width, width <= pixelLanes / 2 ? pixelLanes / 2 : pixelLanes);
  const ours = pixels * pairsOfProduct(taps, height);
  const summedUp = node.op === 'Conv2D' ? depth : filters;
  return ours >= atLeast(taps) * filled(channels, lanes) || (summedUp < lanes / 2 && ours > 0.7);
}

/** How much more of the work ours must be spared: it turns pixels, and adds rows up where there are several. */
function atLeast(taps: number): number {
  return taps === 1 ? 1.1 : 1.6;
}

/** What part of the lanes is in use when vectors are filled with so many values. */
function filled(count: number, lanes: number): number {
  return count / (lanes * Math.ceil(count / lanes));
}

/** Pairs of kernel rows and rows of the result, by the products that ours makes of them. */
function pairsOfProduct(taps: number, height: number): number {
  if (taps === 1) return 1;
  const products = taps + (outputsTogether - 1) * Math.ceil(taps / tapsTogether);
  return (taps * height) / (products * Math.ceil(height / outputsTogether));
}

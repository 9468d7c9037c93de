import type { Tensor } from '../engine/graph';
import { div, mul, sub } from '../engine/ops/arithmetic';
import { cast, greaterEqual } from '../engine/ops/logic';
import { constant } from '../engine/ops/source';
import { cropAndResize } from './crop-and-resize';
import type { CropPlan } from './crop-boxes';

/** Mean and deviation of each channel over the pixels of the training part, in the bytes' own units. */
export interface Whitening {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** No byte: marks what lies outside an image. */
const outside = -1;

/**
 * Images of the data set as a network sees them: cropped, perhaps mirrored, whitened per channel.
 * Padding is zero after whitening, the mean of each channel before it.
 *
 * @param images uint8 [images, side, side, channels]
 * @param indices int32 [batch]
 * @param boxes [batch, 4], made for this plan
 * @returns [batch, side, side, channels]
 */
export function imageInput(
  images: Tensor,
  indices: Tensor,
  boxes: Tensor,
  plan: CropPlan,
  { mean, std }: Whitening,
): Tensor {
  const { graph } = images.node;
  const { side, method, origin, range } = plan;
  const pixels = cropAndResize(images, indices, boxes, { size: [side, side], method, outside });
  // A channel of one colour throughout has no deviation to divide by.
  const deviations = std.map((value) => (value > 0 ? value : 1));
  const whitened = div(sub(pixels, constant(graph, mean)), constant(graph, deviations));
  const padded = method === 'nearest' && (origin > 0 || range > 0);
  return padded ? mul(whitened, cast(greaterEqual(pixels, constant(graph, 0)), 'float32')) : whitened;
}

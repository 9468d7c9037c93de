import type { Tensor } from '../engine/graph';
import { constantInts, defineOp, emitTensor } from '../engine/op';
import { constant } from '../engine/ops/source';

/** Not differentiated: nothing trainable lies before images. */
const cropAndResizeOp = defineOp<readonly [Tensor, Tensor, Tensor, Tensor]>({
  name: 'CropAndResize',
  arity: 4,
  typed: { T: 0 },
  shape([images, boxes, indices, size], _attributes, reject) {
    const [batch = 0] = indices.shape;
    const channels = images.shape[3];
    if (channels === undefined) throw reject('images are [images, height, width, channels]');
    if (indices.shape.length !== 1 || boxes.shape[0] !== batch || boxes.shape[1] !== 4)
      throw reject('each index needs a box of four numbers');
    return [{ dtype: 'float32', shape: [batch, ...constantInts(size), channels] }];
  },
});

/**
 * Crops of images, each scaled to one size. Row y of a crop is row `y1 + y·(y2 − y1)/(height − 1)` of its image, in units
 * of the image's height less one; columns likewise, from right to left where x1 > x2.
 *
 * @param images [images, height, width, channels] of any numeric type; only those that are picked are touched
 * @param indices [batch], int32: the image of each crop
 * @param boxes [batch, 4]: y1, x1, y2, x2
 * @param options.outside the value of rows and columns outside the image
 * @returns float32 [batch, size, channels]
 */
export function cropAndResize(
  images: Tensor,
  indices: Tensor,
  boxes: Tensor,
  options: {
    readonly size: readonly [number, number];
    readonly method: 'bilinear' | 'nearest';
    readonly outside: number;
  },
): Tensor {
  const size = constant(images.node.graph, options.size, 'int32');
  return emitTensor(cropAndResizeOp, [images, boxes, indices, size], {
    method: { string: options.method },
    extrapolation_value: { float: options.outside },
  });
}

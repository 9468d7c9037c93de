import type { Tensor } from '../engine/graph';
import { div, mul, sub } from '../engine/ops/arithmetic';
import { cast, greaterEqual } from '../engine/ops/logic';
import { constant } from '../engine/ops/source';
import { constantInts, defineOp, emitTensor } from '../engine/op';
import { CellsmithError } from '../../src-shared/errors';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import type { Generator } from '../../src-shared/random';

/** Mean and deviation of each channel over the pixels of the training part, in the bytes' own units. */
export interface Whitening {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Not a byte value: marks pixels outside the image. */
const outside = -1;

/**
 * The input of a network: images cropped, possibly mirrored, and whitened per channel.
 * Padding is zero after whitening (before it, the mean of each channel).
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
  // A constant channel has deviation 0.
  const deviations = std.map((value) => (value > 0 ? value : 1));
  const whitened = div(sub(pixels, constant(graph, mean)), constant(graph, deviations));
  const padded = method === 'nearest' && (origin > 0 || range > 0);
  return padded ? mul(whitened, cast(greaterEqual(pixels, constant(graph, 0)), 'float32')) : whitened;
}

/** Without gradient: nothing before the images is trainable. */
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
 * @param images [images, height, width, channels] of any numeric type; only the selected ones are read
 * @param indices [batch], int32: the image of each crop
 * @param boxes [batch, 4]: y1, x1, y2, x2
 * @param options.outside the value of rows and columns outside the image
 * @returns float32 [batch, size, channels]
 */
function cropAndResize(
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

/**
 * Augmentation as boxes for TensorFlow's CropAndResize, which gathers, scales, crops and mirrors in one op: the box
 * [y1, x1, y2, x2] in units of the image's side less one; x1 > x2 mirrors. A crop of the enlarged image at (top, left)
 * is a box of the original one.
 */
export interface CropPlan {
  readonly side: number;
  /** Offsets of a crop run from 0 to this, inclusive. */
  readonly range: number;
  /** 'bilinear' where the image is scaled; 'nearest' where it is moved by whole pixels, without interpolation. */
  readonly method: 'bilinear' | 'nearest';
  readonly horizontalFlip: boolean;
  /** Offset at which a crop of the enlarged image begins at the image's own first row. */
  readonly origin: number;
  /** Rows of the enlarged image, less one, that the original one covers. */
  readonly span: number;
  /** Offset of the crop that is evaluated. */
  readonly evaluationOffset: number;
}

/**
 * Boxes are drawn in by this fraction, so that float32 rounding never moves a row just outside the image, where it would
 * count as padding. Bilinear: at most half of this of the side in pixels. Nearest: rounds to the same pixel (sides ≤ 512).
 */
const drawnIn = { bilinear: 1e-6, nearest: 1e-4 } as const;

/**
 * Enlarges and crops images (paper section 4.1: 32 → 40 → random crop of 32 and random flip).
 * Scaling is bilinear with the corners kept. Evaluation uses the centre crop at the scale of training when images
 * are scaled up, so that objects have the size of training; the whole image otherwise.
 *
 * @throws config.invalid when the enlarged image would be smaller than the image
 */
export function cropPlan(side: number, augmentation: ImageRecipe['augmentation']): CropPlan {
  const { enlarge, enlargedSide, horizontalFlip } = augmentation;
  const range = enlarge === 'none' ? 0 : enlargedSide - side;
  if (range < 0)
    throw new CellsmithError(
      'config.invalid',
      `Images of side ${side} cannot be enlarged to ${enlargedSide}: raise enlargedSide, or set enlarge to none.`,
    );
  const origin = enlarge === 'pad' ? Math.floor(range / 2) : 0;
  const scaled = enlarge === 'upsample' && range > 0;
  return {
    side,
    range,
    method: scaled ? 'bilinear' : 'nearest',
    horizontalFlip,
    origin,
    span: side - 1 + (scaled ? range : 0),
    evaluationOffset: scaled ? range / 2 : origin,
  };
}

/** The box of one crop. */
export function cropBox(
  { side, method, origin, span }: CropPlan,
  { top, left, flip }: { readonly top: number; readonly left: number; readonly flip: boolean },
): [y1: number, x1: number, y2: number, x2: number] {
  const place = (row: number): number => 0.5 + ((row - origin) / span - 0.5) * (1 - drawnIn[method]);
  const [x1, x2] = [place(left), place(left + side - 1)];
  return [place(top), flip ? x2 : x1, place(top + side - 1), flip ? x1 : x2];
}

/** Random crops and flips of a batch; [batch, 4]. */
export function randomBoxes(plan: CropPlan, batch: number, generator: Generator): Float32Array {
  const boxes = new Float32Array(batch * 4);
  for (let i = 0; i < batch; i++) {
    const top = generator.integer(plan.range + 1);
    const left = generator.integer(plan.range + 1);
    const flip = plan.horizontalFlip && generator.integer(2) === 1;
    boxes.set(cropBox(plan, { top, left, flip }), i * 4);
  }
  return boxes;
}

/** The boxes that an evaluation uses for every image; [batch, 4]. */
export function evaluationBoxes(plan: CropPlan, batch: number): Float32Array {
  const box = cropBox(plan, { top: plan.evaluationOffset, left: plan.evaluationOffset, flip: false });
  return Float32Array.from({ length: batch * 4 }, (_, i) => box[i % 4] ?? 0);
}

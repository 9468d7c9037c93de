import { CellsmithError } from '../../src-shared/errors';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import type { Generator } from '../../src-shared/random';

/**
 * Augmentation as boxes for TensorFlow's CropAndResize, which gathers, scales, crops and mirrors in one op: the box
 * [y1, x1, y2, x2] in units of the image's side less one; x1 > x2 mirrors. A crop of the enlarged image at (top, left)
 * is a box of the original one.
 */
export interface CropPlan {
  readonly side: number;
  /** Offsets of a crop run from 0 to this, inclusive. */
  readonly range: number;
  /** 'bilinear' where the image is scaled; 'nearest' where it is moved by whole pixels, so that none is blended. */
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
 * How images are enlarged and cropped (paper section 4.1: 32 → 40 → random crop of 32 and random flip).
 * Scaling is bilinear with the corners kept. What is evaluated is the centre crop at the scale of training when images
 * are scaled up, so that objects have the size that the network has learned; the whole image otherwise.
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

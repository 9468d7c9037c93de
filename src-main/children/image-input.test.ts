import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';
import { Generator } from '../../src-shared/random';
import { Graph } from '../engine/graph';
import { mappedFile, placeholder } from '../engine/ops/source';
import { fetchedFloats, openSession } from '../engine/session';
import { cropBox, cropPlan, evaluationBoxes, randomBoxes, imageInput } from './image-input';

type Augmentation = ImageRecipe['augmentation'];
interface Crop {
  readonly image: number;
  readonly top: number;
  readonly left: number;
  readonly flip: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

const imageCount = 5;
const channels = 3;
const whitening = { mean: [120, 110, 90], std: [60, 50, 70] };

/** Random bytes, as a file that the graph maps. */
function randomImages(side: number): { file: string; bytes: Uint8Array } {
  const generator = Generator.seeded(side);
  const bytes = Uint8Array.from({ length: imageCount * side * side * channels }, () =>
    generator.integer(256),
  );
  const file = join(folder, `${side}.bin`);
  writeFileSync(file, bytes);
  return { file, bytes };
}

/** What the graph makes of crops; [batch, side, side, channels]. */
async function graphCrops(
  side: number,
  augmentation: Augmentation,
  crops: readonly Crop[],
): Promise<Float32Array> {
  const plan = cropPlan(side, augmentation);
  const boxes = Float32Array.from(crops.flatMap((crop) => cropBox(plan, crop)));
  return runBoxes(
    side,
    augmentation,
    crops.map(({ image }) => image),
    boxes,
  );
}

async function runBoxes(
  side: number,
  augmentation: Augmentation,
  indices: readonly number[],
  boxes: Float32Array,
): Promise<Float32Array> {
  const graph = new Graph();
  const images = mappedFile(graph, randomImages(side).file, 'uint8', [imageCount, side, side, channels]);
  const inputs = {
    indices: placeholder(graph, 'indices', [indices.length], 'int32'),
    boxes: placeholder(graph, 'boxes', [indices.length, 4]),
  };
  const plan = cropPlan(side, augmentation);
  const input = imageInput(images, inputs.indices, inputs.boxes, plan, whitening);
  graph.addSignature('read', { inputs, outputs: { input } });
  const session = await openSession(graph);
  try {
    return fetchedFloats(session.run('read', { indices: Int32Array.from(indices), boxes }), 'input').slice();
  } finally {
    session.close();
  }
}

/** The same, pixel by pixel: enlarge, whiten, crop, mirror. Offsets of the crop may be fractions of a pixel. */
function plainCrops(
  side: number,
  { enlarge, enlargedSide }: Augmentation,
  crops: readonly Crop[],
): Float64Array {
  const { bytes } = randomImages(side);
  const whitened = (image: number, row: number, column: number, channel: number): number => {
    if (row < 0 || row >= side || column < 0 || column >= side) return 0;
    const byte = bytes[((image * side + row) * side + column) * channels + channel] ?? NaN;
    return (byte - (whitening.mean[channel] ?? NaN)) / (whitening.std[channel] ?? NaN);
  };
  const enlarged = (image: number, row: number, column: number, channel: number): number => {
    if (enlarge !== 'upsample') {
      const before = enlarge === 'pad' ? Math.floor((enlargedSide - side) / 2) : 0;
      return whitened(image, row - before, column - before, channel);
    }
    const scale = (side - 1) / (enlargedSide - 1);
    const [y, x] = [row * scale, column * scale];
    const [y0, x0] = [Math.floor(y), Math.floor(x)];
    const [down, right] = [y - y0, x - x0];
    const at = (dy: number, dx: number): number =>
      whitened(image, Math.min(y0 + dy, side - 1), Math.min(x0 + dx, side - 1), channel);
    return (
      (at(0, 0) * (1 - right) + at(0, 1) * right) * (1 - down) +
      (at(1, 0) * (1 - right) + at(1, 1) * right) * down
    );
  };
  const values: number[] = [];
  for (const { image, top, left, flip } of crops)
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++)
        for (let channel = 0; channel < channels; channel++)
          values.push(enlarged(image, top + row, left + (flip ? side - 1 - column : column), channel));
  return Float64Array.from(values);
}

/** Every offset of the range, mirrored or not, over the images in turn. */
function allCrops(range: number): Crop[] {
  const crops: Crop[] = [];
  for (let top = 0; top <= range; top++)
    for (let left = 0; left <= range; left++)
      for (const flip of [false, true]) crops.push({ image: crops.length % imageCount, top, left, flip });
  return crops;
}

function largestDifference(a: Float32Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? NaN))), 0);
}

describe('the input of a network', () => {
  it.each([
    ['upsample', 32, 40],
    ['upsample', 12, 15],
    ['upsample', 7, 9],
    ['pad', 32, 40],
    ['pad', 12, 17],
    ['none', 9, 1],
  ] as const)(
    '%s: every crop of side %i from %i, mirrored or not, equals plain arithmetic',
    async (enlarge, side, enlargedSide) => {
      const augmentation = { enlarge, enlargedSide, horizontalFlip: true };
      const crops = allCrops(enlarge === 'none' ? 0 : enlargedSide - side);
      const difference = largestDifference(
        await graphCrops(side, augmentation, crops),
        plainCrops(side, augmentation, crops),
      );
      // Whole pixels are exact but for the rounding of the whitening; scaled ones to a hundredth of a grey level.
      expect(difference).toBeLessThan(enlarge === 'upsample' ? 2e-4 : 1e-6);
    },
  );

  it.each(['upsample', 'pad', 'none'] as const)(
    'evaluation with %s: the centre, never mirrored',
    async (enlarge) => {
      const augmentation = { enlarge, enlargedSide: 13, horizontalFlip: true };
      const side = 10;
      // Upsampled: the middle of 13 for a crop of 10 begins at 1.5. Otherwise the image itself.
      const offset = { upsample: 1.5, pad: 1, none: 0 }[enlarge];
      const crops = [0, 3].map((image) => ({ image, top: offset, left: offset, flip: false }));
      const boxes = evaluationBoxes(cropPlan(side, augmentation), 2);
      expect(
        largestDifference(
          await runBoxes(side, augmentation, [0, 3], boxes),
          plainCrops(side, augmentation, crops),
        ),
      ).toBeLessThan(2e-4);
    },
  );
});

describe('random crops', () => {
  const plan = cropPlan(8, { enlarge: 'pad', enlargedSide: 10, horizontalFlip: true });

  it('reach every offset and both directions equally often', () => {
    const counts = new Map<string, number>();
    const draws = 18_000;
    const boxes = randomBoxes(plan, draws, Generator.seeded(0));
    for (let i = 0; i < draws; i++) {
      const key = boxes.subarray(i * 4, i * 4 + 4).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(18);
    // 1000 each with a deviation of 31: five deviations.
    for (const count of counts.values()) expect(Math.abs(count - draws / 18)).toBeLessThan(155);
  });

  it('are the same for the same seed, and differ for another', () => {
    const draw = (seed: number): Float32Array => randomBoxes(plan, 20, Generator.seeded(seed));
    expect(draw(0)).toEqual(draw(0));
    expect(draw(0)).not.toEqual(draw(1));
  });

  it('never mirror when flips are off', () => {
    const straight = { ...plan, horizontalFlip: false };
    const boxes = randomBoxes(straight, 200, Generator.seeded(1));
    for (let i = 0; i < 200; i++) expect(boxes[i * 4 + 1]).toBeLessThan(boxes[i * 4 + 3] ?? NaN);
  });

  it('keep every row inside an image of any side, in float32 arithmetic', () => {
    for (let side = 4; side <= 512; side++) {
      const upsampling = cropPlan(side, {
        enlarge: 'upsample',
        enlargedSide: Math.ceil(side * 1.25),
        horizontalFlip: true,
      });
      for (const top of [0, Math.floor(upsampling.range / 2), upsampling.range]) {
        const [y1, , y2] = Float32Array.from(cropBox(upsampling, { top, left: 0, flip: false }));
        for (const row of [0, side - 1]) {
          const place = kernelRow(y1 ?? NaN, y2 ?? NaN, row, side);
          expect(place >= 0 && place <= side - 1, `side ${side}, row ${row}`).toBe(true);
        }
      }
    }
  });

  it('refuses to enlarge to less than the side', () => {
    expect(() => cropPlan(32, { enlarge: 'pad', enlargedSide: 28, horizontalFlip: false })).toThrow(/28/);
  });
});

/** The row of the image that TensorFlow's kernel reads, in its own order of float32 operations. */
function kernelRow(y1: number, y2: number, row: number, side: number): number {
  const { fround } = Math;
  const scale = fround(fround(fround(y2 - y1) * (side - 1)) / (side - 1));
  return fround(fround(y1 * (side - 1)) + fround(row * scale));
}

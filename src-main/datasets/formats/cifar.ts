import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import type { DatasetWarning } from '../../../src-shared/tasks/images/image-description';
import type { RgbImage, SourceSplit } from './image-source';

/** Pixels of a CIFAR image: 32 × 32 × 3, stored as three planes. */
const side = 32;
const plane = side * side;
export const cifarPixels = 3 * plane;

/** The published class names (Krizhevsky, 2009), for copies that come without the file that lists them. */
export const cifar10Classes: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** One file of a CIFAR data set. */
export interface CifarBatch {
  readonly name: string;
  readonly split: SourceSplit & ('train' | 'test');
  /** Records in the published file. */
  readonly published: number;
}

export function cifar10Batches(extension: string): readonly CifarBatch[] {
  const training = [1, 2, 3, 4, 5].map((n) => ({
    name: `data_batch_${n}${extension}`,
    split: 'train' as const,
    published: 10_000,
  }));
  return [...training, { name: `test_batch${extension}`, split: 'test', published: 10_000 }];
}

export function cifar100Batches(extension: string): readonly CifarBatch[] {
  return [
    { name: `train${extension}`, split: 'train', published: 50_000 },
    { name: `test${extension}`, split: 'test', published: 10_000 },
  ];
}

/** [3, 32, 32] planes to [32, 32, 3] pixels. */
export function interleave(planes: Uint8Array): RgbImage {
  const pixels = new Uint8Array(cifarPixels);
  for (let i = 0, to = 0; i < plane; i++) {
    pixels[to++] = planes[i] ?? 0;
    pixels[to++] = planes[i + plane] ?? 0;
    pixels[to++] = planes[i + 2 * plane] ?? 0;
  }
  return { width: side, height: side, grey: false, pixels };
}

/** @throws CellsmithError data.damaged when some of the batches are not there */
export function requireBatches(
  location: string,
  present: { has(name: string): boolean },
  batches: readonly CifarBatch[],
): void {
  const missing = batches.filter((batch) => !present.has(batch.name)).map((batch) => batch.name);
  if (missing.length > 0) {
    throw new CellsmithError(
      'data.damaged',
      `${location} lacks ${missing.join(', ')}. Download the whole data set: it has ${batches.map((b) => b.name).join(', ')}.`,
    );
  }
}

/** @throws CellsmithError data.damaged for a label that no class has */
export function checkLabel(
  label: number,
  classes: number,
  file: string,
  record: number,
  offset?: number,
): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  const place = offset === undefined ? '' : `, byte ${offset}`;
  throw new CellsmithError(
    'data.damaged',
    `${file}: record ${record}${place} has the label ${label}, but there are ${classes} classes (0 to ${classes - 1}). The file is damaged or of another data set; download it again.`,
  );
}

/** @throws CellsmithError when there are fewer than two names, or one twice */
export function checkClassNames(names: readonly string[], file: string): readonly string[] {
  if (names.length < 2 || names.length > 256 || new Set(names).size !== names.length) {
    throw new CellsmithError(
      'data.damaged',
      `${file} lists ${names.length} class names${names.length < 2 ? '' : ', some of them twice'}. Download the data set again.`,
    );
  }
  return names;
}

export function unusualBatch(file: string, records: number, published: number): DatasetWarning[] {
  if (records === published) return [];
  return [
    {
      code: 'unusual-batch-size',
      message: `${file} has ${counted(records, 'image')}; the published file has ${published}.`,
    },
  ];
}

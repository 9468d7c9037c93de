import { createHash } from 'node:crypto';
import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import type { TestDraw } from '../open';
import { Generator } from '../../../src-shared/random';
import { requireValidationCount } from '../../../src-shared/tasks/images/image-data';
import type { ImageSource } from '../formats/image-source';
import type { RecordTable } from './read-source';

/** Rows of the table in canonical order, by split, and the name of the whole. */
export interface Arrangement {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
  readonly drawn: boolean;
  readonly fingerprint: string;
  /** All rows in canonical order: equal images are neighbours. */
  readonly all: Uint32Array;
}

/**
 * Puts the records into canonical order and splits them. Equal data gives equal splits and an equal fingerprint, whatever held
 * it and in whatever order it was read.
 * @throws CellsmithError data.empty, config.invalid
 */
export function arrange(source: ImageSource, table: RecordTable, draw: TestDraw): Arrangement {
  const all = table.canonicalOrder();
  const pool = all.filter((row) => table.split(row) === 'pool');
  const fingerprint = fingerprintOf(source.classes, table, all);
  if (pool.length === 0) {
    const train = all.filter((row) => table.split(row) === 'train');
    const test = all.filter((row) => table.split(row) === 'test');
    requireImages(source, train.length, 'training');
    requireImages(source, test.length, 'test');
    return { train, test, drawn: false, fingerprint, all };
  }
  const size = Math.round(draw.fraction * pool.length);
  if (size < 1 || size >= pool.length) {
    throw new CellsmithError(
      'config.invalid',
      `A test split of ${draw.fraction} cannot be drawn from ${counted(pool.length, 'image')}. Choose another fraction, or move the test images into a separate folder.`,
    );
  }
  const labels = Int32Array.from(pool, (row) => table.label(row));
  const split = drawStratified(labels, source.classes.length, size, draw.seed, 'test');
  const rows = (places: Int32Array): Uint32Array => Uint32Array.from(places, (place) => pool[place] ?? 0);
  return { train: rows(split.kept), test: rows(split.drawn), drawn: true, fingerprint, all };
}

function requireImages(source: ImageSource, count: number, split: string): void {
  if (count > 0) return;
  throw new CellsmithError(
    'data.empty',
    `${source.tree.location} has no readable ${split} images. Download the data set again.`,
  );
}

/** SHA-256 over class names and, split by split, digests and labels in canonical order (docs/datasets.md). */
function fingerprintOf(classes: readonly string[], table: RecordTable, all: Uint32Array): string {
  const hash = createHash('sha256').update(`cellsmith images 1\n${JSON.stringify(classes)}\n`);
  const label = new DataView(new ArrayBuffer(4));
  for (const split of ['pool', 'train', 'test'] as const) {
    const rows = all.filter((row) => table.split(row) === split);
    hash.update(`${split} ${rows.length}\n`);
    for (const row of rows) {
      label.setUint32(0, table.label(row), true);
      hash.update(table.digest(row)).update(new Uint8Array(label.buffer));
    }
  }
  return hash.digest('hex');
}

/** Two parts of the records 0 … n − 1: disjoint, together all, each ascending. */
export interface Split {
  readonly kept: Int32Array;
  readonly drawn: Int32Array;
}

/**
 * Draws records at random so that every class gives its share: the shares are the proportional ones, rounded by largest
 * remainder. The same labels, size and seed give the same records.
 * @param stream names the generator's sequence: draws for different purposes are independent
 */
export function drawStratified(
  labels: ArrayLike<number>,
  classes: number,
  size: number,
  seed: number,
  stream: string,
): Split {
  const members: number[][] = Array.from({ length: classes }, () => []);
  for (let i = 0; i < labels.length; i++) members[labels[i] ?? 0]?.push(i);
  const shares = members.map((own) => (own.length * size) / labels.length);
  const quotas = shares.map(Math.floor);
  const remainders = shares.map((share, label) => ({ label, rest: share - Math.floor(share) }));
  remainders.sort((a, b) => b.rest - a.rest || a.label - b.label);
  let left = size - quotas.reduce((sum, quota) => sum + quota, 0);
  for (const { label } of remainders) {
    if (left === 0) break;
    quotas[label] = (quotas[label] ?? 0) + 1;
    left -= 1;
  }

  const generator = Generator.seeded(seed, stream);
  const isDrawn = new Uint8Array(labels.length);
  members.forEach((own, label) => {
    generator.shuffle(own);
    for (const index of own.slice(0, quotas[label])) isDrawn[index] = 1;
  });
  const kept = new Int32Array(labels.length - size);
  const drawn = new Int32Array(size);
  let k = 0;
  let d = 0;
  for (let i = 0; i < labels.length; i++) {
    if (isDrawn[i] === 1) drawn[d++] = i;
    else kept[k++] = i;
  }
  return { kept, drawn };
}

/**
 * How many training records are set aside for validation: a number of records (an integer from 1), a fraction of them
 * (between 0 and 1), or 0 for none (the final training on everything).
 */
export type ValidationSize = number;

/**
 * Splits training records into those to train on and those that give the reward (paper section 4.1: 5,000 of 50,000, at
 * random); here stratified, and fixed by the seed.
 * @param labels int32 [count]
 * @throws CellsmithError config.invalid when nothing would be left to train on
 */
export function splitTrainValidation(
  labels: Int32Array,
  options: { readonly validationSize: ValidationSize; readonly seed: number },
): { readonly trainIndices: Int32Array; readonly validationIndices: Int32Array } {
  const { validationSize, seed } = options;
  const asked = requireValidationCount(validationSize, labels.length);
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const { kept, drawn } = drawStratified(labels, classes, asked, seed, 'validation');
  return { trainIndices: kept, validationIndices: drawn };
}

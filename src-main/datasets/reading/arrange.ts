import { createHash } from 'node:crypto';
import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import type { ImageSource } from '../formats/image-source';
import { drawStratified } from '../split';
import type { RecordTable } from './record-table';

/** How a test split is drawn from a data set that has none. */
export interface TestDraw {
  /** Of all images, between 0 and 1. */
  readonly fraction: number;
  readonly seed: number;
}

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

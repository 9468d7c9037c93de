import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { resizeImage } from '../formats/decode-image';
import type { ImageSource, RgbImage, SourceRecord, SourceSplit } from '../formats/image-source';
import { throwIfCancelled } from '../trees/file-errors';
import { displayName } from '../trees/file-tree';
import { type OnProgress, Progress } from '../open';
import { channelSums } from './channel-sums';

/** Takes resized images, in the order of the table's rows. */
export interface PixelSink {
  readonly side: number;
  /** Consumes the bytes at once; the promise resolves when there is room for more. */
  append(pixels: Uint8Array): Promise<void>;
}

/** Result of one pass over a data set. */
export interface Reading {
  readonly table: RecordTable;
  readonly unreadable: { count: number; files: { file: string; reason: string }[] };
  readonly sizes: Map<string, { width: number; height: number; count: number }>;
  grey: number;
}

const namedUnreadable = 1000;
/** Images in work at the same time: enough to keep every core decoding while files are waited for. */
const inFlight = 4 * Math.min(availableParallelism(), 16);

/**
 * Goes through a data set once: decodes, measures, hashes and, if there is a sink, resizes every image. Holds a few images
 * at a time, and 100 bytes for each that has passed.
 * @throws CellsmithError data.*, cancelled
 */
export async function readSource(
  source: ImageSource,
  sink: PixelSink | null,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<Reading> {
  const progress = new Progress('reading', 'images', source.expected, onProgress);
  const fileNumbers = new Map(source.files.map((file, i) => [file, i]));
  const reading: Reading = {
    table: new RecordTable(),
    unreadable: { count: 0, files: [] },
    sizes: new Map(),
    grey: 0,
  };
  const working = new Set<Promise<void>>();
  let failure: Error | undefined;

  const work = async (record: SourceRecord): Promise<void> => {
    try {
      const image = await record.decode();
      const resized = sink ? await resizeImage(image, sink.side) : null;
      if (failure !== undefined) return;
      note(reading, record, image, fileNumbers.get(record.file) ?? 0);
      if (sink && resized) await sink.append(resized);
    } catch (error) {
      if (!source.toleratesUnreadable || !isUnreadable(error)) throw error;
      reading.unreadable.count += 1;
      if (reading.unreadable.files.length < namedUnreadable) {
        reading.unreadable.files.push({ file: displayName(source.tree, record.file), reason: error.message });
      }
    } finally {
      progress.add(1);
    }
  };

  try {
    for await (const record of source.records(signal)) {
      throwIfCancelled(signal);
      if (failure !== undefined) break;
      const task: Promise<void> = work(record)
        .catch((error: unknown) => {
          failure ??= error instanceof Error ? error : new Error(errorMessage(error));
        })
        .finally(() => working.delete(task));
      working.add(task);
      if (working.size >= inFlight) await Promise.race(working);
    }
  } finally {
    await Promise.all(working);
  }
  if (failure !== undefined) throw failure;
  progress.finish();
  reading.unreadable.files.sort((a, b) => (a.file < b.file ? -1 : 1));
  return reading;
}

function isUnreadable(error: unknown): error is CellsmithError {
  return (
    error instanceof CellsmithError &&
    ['data.damaged', 'data.empty', 'data.not-readable', 'data.not-found'].includes(error.code)
  );
}

function note(reading: Reading, record: SourceRecord, image: RgbImage, file: number): void {
  const { width, height, pixels } = image;
  const { split, label } = record;
  const digest = createHash('sha256').update(`${width} ${height}\n`).update(pixels).digest();
  reading.table.push({
    split,
    label,
    file,
    record: record.record,
    digest,
    pixels: width * height,
    sums: channelSums(pixels),
  });
  if (image.grey) reading.grey += 1;
  const size = `${width}x${height}`;
  const known = reading.sizes.get(size);
  if (known) known.count += 1;
  else reading.sizes.set(size, { width, height, count: 1 });
}

const splits: readonly SourceSplit[] = ['train', 'test', 'pool'];
const single = 0xffffffff;
const digestBytes = 32;

/** Metadata of an image. */
interface RecordFacts {
  readonly split: SourceSplit;
  readonly label: number;
  /** Index into the names of files. */
  readonly file: number;
  readonly record: number | null;
  /** SHA-256 of size and pixels. */
  readonly digest: Uint8Array;
  readonly pixels: number;
  /** Sums of red, green, blue and of their squares. */
  readonly sums: readonly number[];
}

/** Facts of millions of images in 100 bytes each, a column a typed array. */
export class RecordTable {
  #count = 0;
  #split = new Uint8Array(1024);
  #label = new Int32Array(1024);
  #file = new Uint32Array(1024);
  #record = new Uint32Array(1024);
  #pixels = new Uint32Array(1024);
  #digest = new Uint8Array(1024 * digestBytes);
  #sums = new Float64Array(1024 * 6);

  get count(): number {
    return this.#count;
  }

  /** Adds a row; rows are numbered from 0. */
  push(facts: RecordFacts): void {
    if (this.#count === this.#split.length) this.#grow();
    const row = this.#count++;
    this.#split[row] = splits.indexOf(facts.split);
    this.#label[row] = facts.label;
    this.#file[row] = facts.file;
    this.#record[row] = facts.record ?? single;
    this.#pixels[row] = facts.pixels;
    this.#digest.set(facts.digest, row * digestBytes);
    this.#sums.set(facts.sums, row * 6);
  }

  split(row: number): SourceSplit {
    return splits[this.#split[row] ?? 0] ?? 'pool';
  }

  label(row: number): number {
    return this.#label[row] ?? 0;
  }

  file(row: number): number {
    return this.#file[row] ?? 0;
  }

  record(row: number): number | null {
    const record = this.#record[row];
    return record === single || record === undefined ? null : record;
  }

  pixels(row: number): number {
    return this.#pixels[row] ?? 0;
  }

  digest(row: number): Uint8Array {
    return this.#digest.subarray(row * digestBytes, (row + 1) * digestBytes);
  }

  sums(row: number): Float64Array {
    return this.#sums.subarray(row * 6, (row + 1) * 6);
  }

  sameDigest(a: number, b: number): boolean {
    return Buffer.compare(this.digest(a), this.digest(b)) === 0;
  }

  /**
   * All rows in canonical order: by digest, then label. It depends on the images alone, not on the order in which they were
   * read; the last two keys only order equal images of one class, for the sake of the names that reports give.
   */
  canonicalOrder(): Uint32Array {
    const head = new Float64Array(this.#count);
    const bytes = new DataView(this.#digest.buffer);
    for (let row = 0; row < this.#count; row++) {
      head[row] = bytes.getUint32(row * digestBytes) * 0x10000 + bytes.getUint16(row * digestBytes + 4);
    }
    const order = Uint32Array.from({ length: this.#count }, (_, row) => row);
    return order.sort(
      (a, b) =>
        (head[a] ?? 0) - (head[b] ?? 0) ||
        Buffer.compare(this.digest(a), this.digest(b)) ||
        this.label(a) - this.label(b) ||
        this.file(a) - this.file(b) ||
        (this.#record[a] ?? 0) - (this.#record[b] ?? 0),
    );
  }

  #grow(): void {
    const rows = 2 * this.#split.length;
    const wider = <T extends { set(from: T): void }>(column: T, next: T): T => {
      next.set(column);
      return next;
    };
    this.#split = wider(this.#split, new Uint8Array(rows));
    this.#label = wider(this.#label, new Int32Array(rows));
    this.#file = wider(this.#file, new Uint32Array(rows));
    this.#record = wider(this.#record, new Uint32Array(rows));
    this.#pixels = wider(this.#pixels, new Uint32Array(rows));
    this.#digest = wider(this.#digest, new Uint8Array(rows * digestBytes));
    this.#sums = wider(this.#sums, new Float64Array(rows * 6));
  }
}

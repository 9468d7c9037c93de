import type { SourceSplit } from '../formats/image-source';

const splits: readonly SourceSplit[] = ['train', 'test', 'pool'];
const single = 0xffffffff;
const digestBytes = 32;

/** Metadata of an image. */
export interface RecordFacts {
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

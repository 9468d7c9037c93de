import type { DatasetForm, DatasetWarning } from '../../../src-shared/tasks/images/image-description';
import type { FileTree } from '../trees/file-tree';

/** A decoded image before resizing. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Whether there was one channel only, now three equal ones. */
  readonly grey: boolean;
  /** uint8 [height, width, 3]. */
  readonly pixels: Uint8Array;
}

/** `pool`: the data set has no test split, so one is drawn from all images. */
export type SourceSplit = 'train' | 'test' | 'pool';

/** One labelled image, still to be decoded. */
export interface SourceRecord {
  readonly split: SourceSplit;
  /** Index into the source's classes. */
  readonly label: number;
  /** Path in the tree. */
  readonly file: string;
  /** Place in the file, from 0, where a file holds many images; null where it is one. */
  readonly record: number | null;
  /** @throws CellsmithError data.damaged, data.empty or data.not-readable when the image cannot be had */
  decode(): Promise<RgbImage>;
}

/** A recognised data set of images: its name and its records. */
export interface ImageSource {
  readonly form: DatasetForm;
  readonly tree: FileTree;
  readonly classes: readonly string[];
  /** Paths of the files that make it up. */
  readonly files: readonly string[];
  /** Whether a file that cannot be decoded leaves the rest usable (class folders) or not (batches). */
  readonly toleratesUnreadable: boolean;
  /** Expected number of images: exact if the format states it, else an estimate. */
  readonly expected: number;
  readonly warnings: readonly DatasetWarning[];
  /** All records, in whatever order is quickest. @throws CellsmithError data.* naming file and place */
  records(signal?: AbortSignal): AsyncGenerator<SourceRecord>;
}

/** A record of a file of records of equal length. */
export interface FixedRecord {
  /** From 0. */
  readonly index: number;
  /** Valid until the next record is asked for. */
  readonly bytes: Uint8Array;
}

/**
 * Cuts a stream into records, holding no more than one chunk of it.
 * @param onRest called with the number of trailing bytes, if any
 */
export async function* fixedRecords(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
  onRest: (bytes: number, records: number) => void,
): AsyncGenerator<FixedRecord> {
  const carried = new Uint8Array(length);
  let filled = 0;
  let index = 0;
  for await (const chunk of chunks) {
    let at = 0;
    if (filled > 0) {
      at = Math.min(length - filled, chunk.length);
      carried.set(chunk.subarray(0, at), filled);
      filled += at;
      if (filled < length) continue;
      yield { index: index++, bytes: carried };
    }
    for (; at + length <= chunk.length; at += length) {
      yield { index: index++, bytes: chunk.subarray(at, at + length) };
    }
    carried.set(chunk.subarray(at));
    filled = chunk.length - at;
  }
  if (filled > 0) onRest(filled, index);
}

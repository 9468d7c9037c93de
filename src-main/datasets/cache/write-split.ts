import { readSync } from 'node:fs';
import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetForm } from '../../../src-shared/tasks/images/image-description';
import type { Progress } from '../reading/progress';
import type { PixelSink } from '../reading/read-source';
import type { RecordTable } from '../reading/record-table';
import { throwIfCancelled } from '../trees/file-errors';
import { syncFolder } from './cache-folder';
import { HashedWriter } from './cached-file';
import { cacheFormat, type Manifest, manifestName } from './manifest';

const buffered = 4 * 2 ** 20;

/** Resized images as they were read, on the disk: what the cache is arranged from. */
export interface PixelFile extends PixelSink {
  readonly recordBytes: number;
  /** Flushes the buffer; records may be read afterwards. */
  flush(): Promise<void>;
  /** Copies one record into `target`. At once, as one of thousands that lie in the system's memory. */
  readInto(row: number, target: Uint8Array): void;
  close(): Promise<void>;
}

/** @param file a name that is not taken yet */
export async function createPixelFile(file: string, side: number): Promise<PixelFile> {
  const handle: FileHandle = await open(file, 'wx+');
  const recordBytes = side * side * 3;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let written = Promise.resolve();
  const flush = (): Promise<void> => {
    const pieces = held;
    held = [];
    heldBytes = 0;
    // one write after the other keeps the order of the rows
    written = written.then(async () => {
      const bytes = Buffer.concat(pieces);
      for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
    });
    return written;
  };
  return {
    side,
    recordBytes,
    append: (pixels) => {
      if (pixels.length !== recordBytes) throw new RangeError(`an image of ${pixels.length} bytes`);
      held.push(pixels);
      heldBytes += pixels.length;
      return heldBytes >= buffered ? flush() : Promise.resolve();
    },
    flush,
    readInto: (row, target) => {
      for (let at = 0; at < recordBytes;) {
        const got = readSync(handle.fd, target, at, recordBytes - at, row * recordBytes + at);
        if (got === 0) throw new RangeError(`row ${row} is not in the file`);
        at += got;
      }
    },
    close: async () => {
      await written.catch(() => undefined);
      await handle.close();
    },
  };
}

/** Inputs of a split of the cache. */
export interface SplitContent {
  readonly split: 'train' | 'test';
  readonly form: DatasetForm;
  readonly fingerprint: string;
  readonly classes: readonly string[];
  readonly perClass: readonly number[];
  /** Rows of `table` and `pixels` in output order. */
  readonly rows: Uint32Array;
  readonly table: RecordTable;
  readonly pixels: PixelFile;
}

const chunk = 4 * 2 ** 20;

/** Writes images-….bin, labels-….bin and dataset.json of a split into a new folder. */
export async function writeSplit(
  folder: string,
  content: SplitContent,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const { rows, table, pixels, split } = content;
  await mkdir(folder);
  const perChunk = Math.max(1, Math.floor(chunk / pixels.recordBytes));
  const images = await HashedWriter.create(
    join(folder, `images-${split}.bin`),
    rows.length * pixels.recordBytes,
  );
  const labels = await HashedWriter.create(join(folder, `labels-${split}.bin`), rows.length * 4);
  try {
    for (let from = 0; from < rows.length; from += perChunk) {
      throwIfCancelled(signal);
      const part = rows.subarray(from, from + perChunk);
      const bytes = new Uint8Array(part.length * pixels.recordBytes);
      const values = new DataView(new ArrayBuffer(4 * part.length));
      part.forEach((row, i) => {
        pixels.readInto(row, bytes.subarray(i * pixels.recordBytes, (i + 1) * pixels.recordBytes));
        values.setInt32(4 * i, table.label(row), true);
      });
      await images.write(bytes);
      await labels.write(new Uint8Array(values.buffer));
      progress.add(part.length);
    }
    const manifest: Manifest = {
      format: cacheFormat,
      kind: 'images',
      split,
      form: content.form,
      fingerprint: content.fingerprint,
      classes: [...content.classes],
      count: rows.length,
      perClass: [...content.perClass],
      side: pixels.side,
      channels: 3,
      images: await images.finish(),
      labels: await labels.finish(),
    };
    await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
    await syncFolder(folder);
  } finally {
    await images.abandon();
    await labels.abandon();
  }
}

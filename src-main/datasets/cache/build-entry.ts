import { rm, statfs, type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  ImageDatasetDescription,
  DatasetForm,
} from '../../../src-shared/tasks/images/image-description';
import { CellsmithError } from '../../../src-shared/errors';
import type { ImageSource } from '../formats/image-source';
import { arrange } from '../images/arrange';
import type { TestDraw } from '../open';
import { describeReading } from '../images/describe-reading';
import { type OnProgress, Progress } from '../open';
import { readSource, type PixelSink, type RecordTable } from '../images/read-source';
import { cacheError, newStaging, publish, sweepStaging, syncFolder } from './cache-folder';
import { checkSplitFully, cacheFormat, type Manifest, manifestName } from './manifest';
import { readSync } from 'node:fs';
import { throwIfCancelled } from '../trees/file-errors';
import { HashedWriter } from './cached-file';

/** Where the decoded copy of a data set lies, split by split. */
export interface EntryFolders {
  readonly train: string;
  readonly test: string;
}

/** Path of a decoded copy: content-addressed, independent of its source. */
export function entryFolders(
  directory: string,
  description: Pick<ImageDatasetDescription, 'fingerprint' | 'testSplit'>,
  side: number,
): EntryFolders {
  const { fingerprint, testSplit } = description;
  const draw = testSplit.kind === 'drawn' ? `-test-${testSplit.fraction}-${testSplit.seed}` : '';
  const entry = join(directory, `${fingerprint.slice(0, 32)}-${side}${draw}`);
  return { train: join(entry, 'train'), test: join(entry, 'test') };
}

/**
 * Reads a source once, and leaves its description and its decoded copy.
 * @throws CellsmithError data.*, cancelled; nothing is left behind then
 */
export async function buildEntry(
  source: ImageSource,
  side: number,
  draw: TestDraw,
  directory: string,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<ImageDatasetDescription> {
  const guarded = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw cacheError(error, directory);
    });
  await sweepStaging(directory);
  const staging = await guarded(newStaging(directory));
  try {
    await guarded(requireRoom(directory, source.expected * side * side * 3));
    const pixels = await guarded(createPixelFile(join(staging, 'pixels.tmp'), side));
    try {
      const sink = { side, append: (bytes: Uint8Array) => guarded(pixels.append(bytes)) };
      const reading = await readSource(source, sink, signal, onProgress);
      await guarded(pixels.flush());
      const { table } = reading;
      const arrangement = arrange(source, table, draw);
      const description = describeReading(source, reading, arrangement, draw);
      const progress = new Progress('arranging', 'images', table.count, onProgress);
      const { form, classes } = source;
      for (const split of ['train', 'test'] as const) {
        const { perClass } = description.splits[split];
        const { fingerprint } = description;
        const content = {
          split,
          form,
          fingerprint,
          classes,
          perClass,
          rows: arrangement[split],
          table,
          pixels,
        };
        await guarded(writeSplit(join(staging, split), content, progress, signal));
      }
      progress.finish();
      await pixels.close();
      await rm(join(staging, 'pixels.tmp'));
      await guarded(publishEntry(staging, entryFolders(directory, description, side)));
      return description;
    } finally {
      await pixels.close().catch(() => undefined);
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function publishEntry(staging: string, folders: EntryFolders): Promise<void> {
  const entry = dirname(folders.train);
  await syncFolder(staging);
  await publish(staging, entry, async () => {
    // in full: the existing entry may be damaged in a block that a quick check skips
    const checks = [checkSplitFully(folders.train, 'train'), checkSplitFully(folders.test, 'test')];
    return (await Promise.allSettled(checks)).every((check) => check.status === 'fulfilled');
  });
  await syncFolder(dirname(entry));
}

/** Decoded data is on the disk twice while it is reordered. @throws CellsmithError data.cache-not-writable */
export async function requireRoom(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= 2 * bytes) return;
  const megabytes = (amount: number): string => `${Math.ceil(amount / 1e6)} MB`;
  throw new CellsmithError(
    'data.cache-not-writable',
    `The decoded data set needs ${megabytes(2 * bytes)} in ${directory}, and ${megabytes(free)} are free. Free some space there, or set XDG_CACHE_HOME to a folder on another disk.`,
  );
}

const buffered = 4 * 2 ** 20;

/** Resized images as they were read, on the disk: what the cache is arranged from. */
interface PixelFile extends PixelSink {
  readonly recordBytes: number;
  /** Flushes the buffer; records may be read afterwards. */
  flush(): Promise<void>;
  /** Copies one record into `target`. At once, as one of thousands that lie in the system's memory. */
  readInto(row: number, target: Uint8Array): void;
  close(): Promise<void>;
}

/** @param file a name that is not taken yet */
async function createPixelFile(file: string, side: number): Promise<PixelFile> {
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
interface SplitContent {
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
async function writeSplit(
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

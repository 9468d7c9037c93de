import { rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageDatasetDescription } from '../../../src-shared/tasks/images/image-description';
import { CellsmithError } from '../../../src-shared/errors';
import type { ImageSource } from '../formats/image-source';
import { arrange, type TestDraw } from '../reading/arrange';
import { describeReading } from '../reading/describe-reading';
import { type OnProgress, Progress } from '../reading/progress';
import { readSource } from '../reading/read-source';
import { cacheError, newStaging, publish, sweepStaging, syncFolder } from './cache-folder';
import { checkSplitFully } from './manifest';
import { createPixelFile, writeSplit } from './write-split';

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

import type { DatasetDescription, ImageDatasetDescription } from '../../src-shared/dataset/description';
import { CellsmithError } from '../../src-shared/errors';
import { cacheError } from './cache/cache-errors';
import type { EntryFolders } from './cache/build-entry';
import { buildEntry, entryFolders } from './cache/build-entry';
import { checkSplit } from './cache/integrity';
import { recallSource, rememberSource, sourceKey } from './cache/known-sources';
import { defaultCacheDirectory } from './cache/location';
import type { OpenOptions } from './open';
import { locateDataset, openLocated } from './open';
import type { TestDraw } from './reading/arrange';
import { arrange } from './reading/arrange';
import { describeReading } from './reading/describe-reading';
import { readSource } from './reading/read-source';

/** A sixth, as in CIFAR-10. The seed is not the search's: runs with other seeds must not train on each other's test pictures. */
export const defaultTestDraw: TestDraw = { fraction: 1 / 6, seed: 0 };

export interface DatasetOptions extends OpenOptions {
  /** Where decoded copies are kept; the user's cache folder if not given. */
  readonly cacheDirectory?: string | undefined;
  /** How a test split is drawn where the data has none. */
  readonly testDraw?: TestDraw | undefined;
}

export interface PrepareOptions extends DatasetOptions {
  /** Pixels a side of the square to which pictures are brought. */
  readonly side: number;
  /** What to do about files that cannot be decoded: say so and stop, or train without them. */
  readonly unreadable?: 'refuse' | 'skip' | undefined;
}

/** A data set that is ready for training. There is no path to its test split here: see `openTestData`. */
export interface PreparedDataset {
  readonly description: ImageDatasetDescription;
  /** Absolute path of the decoded training split: what a trainer is given. The test split is not below it. */
  readonly trainFolder: string;
}

/**
 * Says what a data set holds before anything runs on it. The first time every picture is read; then it is known until the
 * files change.
 * @param options.side if given, the decoded copy for training is made in the same pass
 * @throws CellsmithError data.*, cancelled
 */
export async function describeDataset(
  path: string,
  options: DatasetOptions & { readonly side?: number | undefined } = {},
): Promise<DatasetDescription> {
  const { side } = options;
  if (side !== undefined) return (await ensureEntry(path, { ...options, side })).description;
  const { directory, draw } = settings(options);
  const located = await locateDataset(path, options);
  const key = sourceKey(located, draw);
  const known = await recallSource(directory, key);
  if (known) return known;
  const { source } = await openLocated(located, options);
  const reading = await readSource(source, null, options.signal, options.onProgress);
  const description = describeReading(source, reading, arrange(source, reading.table, draw), draw);
  await remember(directory, key, path, description, options);
  return description;
}

/**
 * Makes sure that a sound decoded copy of the data set exists, and says where. Instant when it does.
 * @throws CellsmithError data.* (data.damaged when files cannot be decoded and `unreadable` is 'refuse'), cancelled
 */
export async function prepareDataset(path: string, options: PrepareOptions): Promise<PreparedDataset> {
  const { description, folders } = await ensureEntry(path, options);
  const { unreadable } = description;
  const [first] = unreadable.files;
  if (first && (options.unreadable ?? 'refuse') === 'refuse') {
    const others = unreadable.count > 1 ? ` and ${unreadable.count - 1} more` : '';
    throw new CellsmithError(
      'data.damaged',
      `${unreadable.count} of the pictures cannot be read: ${first.file}${others}. ${first.reason} Or choose to leave out unreadable pictures.`,
    );
  }
  return { description, trainFolder: folders.train };
}

/** The decoded copy, both splits of it, and what is known of the data. For this folder's own use. */
export async function ensureEntry(
  path: string,
  options: PrepareOptions,
): Promise<{ description: ImageDatasetDescription; folders: EntryFolders; directory: string }> {
  const { directory, draw } = settings(options);
  const { side } = options;
  const located = await locateDataset(path, options);
  const key = sourceKey(located, draw);
  const known = await recallSource(directory, key);
  if (known) {
    const folders = entryFolders(directory, known, side);
    if (await isSound(folders.train)) return { description: known, folders, directory };
  }
  const { source } = await openLocated(located, options);
  const description = await buildEntry(source, side, draw, directory, options.signal, options.onProgress);
  await remember(directory, key, path, description, options);
  return { description, folders: entryFolders(directory, description, side), directory };
}

function settings(options: DatasetOptions): { directory: string; draw: TestDraw } {
  return {
    directory: options.cacheDirectory ?? defaultCacheDirectory(),
    draw: options.testDraw ?? defaultTestDraw,
  };
}

/** Only the training split is looked at: whether the test split is sound is checked when it is opened. */
async function isSound(trainFolder: string): Promise<boolean> {
  try {
    await checkSplit(trainFolder, 'train');
    return true;
  } catch (error) {
    if (error instanceof CellsmithError) return false;
    throw error;
  }
}

/** @throws CellsmithError data.changed when the files are not those that were listed before they were read */
async function remember(
  directory: string,
  key: string,
  path: string,
  description: ImageDatasetDescription,
  options: DatasetOptions,
): Promise<void> {
  const now = sourceKey(await locateDataset(path, options), settings(options).draw);
  if (now !== key) {
    throw new CellsmithError(
      'data.changed',
      `${description.location} was changed while it was read. Open it again when it is complete.`,
    );
  }
  await rememberSource(directory, key, description).catch((error: unknown) => {
    throw cacheError(error, directory);
  });
}

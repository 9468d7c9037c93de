import {
  type ImageDatasetDescription,
  imageDatasetDescriptionSchema,
} from '../../src-shared/dataset/image-description';
import type { TextLevel } from '../../src-shared/dataset/text-options';
import { CellsmithError } from '../../src-shared/errors';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { buildEntry, entryFolders, type EntryFolders } from './cache/build-entry';
import { defaultCacheDirectory } from './cache/cache-folder';
import { checkSplit } from './cache/manifest';
import { recallSource, rememberUnchanged, sourceKey } from './cache/known-sources';
import { locateDataset, type OpenedDataset, type OpenedImages, openLocated, type OpenOptions } from './open';
import { arrange, type TestDraw } from './reading/arrange';
import { describeReading } from './reading/describe-reading';
import { readSource } from './reading/read-source';
import { copyText, prepareText, recallText, type TextDatasetOptions } from './text/prepare-text';
import type { Located } from './trees/open-tree';

/** A sixth, as in CIFAR-10. The seed is not the search's: runs with other seeds must not train on each other's test images. */
export const defaultTestDraw: TestDraw = { fraction: 1 / 6, seed: 0 };

export interface DatasetOptions extends OpenOptions {
  /** Where decoded copies are kept; the user's cache folder if not given. */
  readonly cacheDirectory?: string | undefined;
  /** How a test split is drawn where the data has none. */
  readonly testDraw?: TestDraw | undefined;
}

export interface PrepareOptions extends DatasetOptions {
  /** Side of the square to which images are resized, in pixels. */
  readonly side: number;
  /** What to do with files that cannot be decoded: throw, or skip them. */
  readonly unreadable?: 'refuse' | 'skip' | undefined;
}

/** A data set that is ready for training. There is no path to its test split here: see `openTestData`. */
export interface PreparedDataset {
  readonly description: ImageDatasetDescription;
  /** Absolute path of the decoded training split, for trainers. It does not contain the test split. */
  readonly trainFolder: string;
}

/**
 * Describes a data set before anything runs on it. The first time reads every image; the result is cached until the
 * files change.
 * @param options.side if given, the decoded copy of images for training is made in the same pass; that of a text always is
 * @param options.text how to read a text
 * @throws CellsmithError data.*, config.invalid, cancelled
 */
export async function describeDataset(
  path: string,
  options: DatasetOptions & TextDatasetOptions & { readonly side?: number | undefined } = {},
): Promise<DatasetDescription> {
  const located = await locateDataset(path, options);
  const { directory, draw } = settings(options);
  const key = imageKey(located, draw);
  const { side } = options;
  const known =
    (await recallSource(directory, key, imageDatasetDescriptionSchema)) ??
    (await recallText(located, options));
  if (known && (known.kind === 'text' || side === undefined)) return known;
  if (side !== undefined && known) return (await ensureEntry(path, { ...options, side })).description;
  const opened = await openLocated(located, options);
  if (opened.kind === 'text') return copyText(path, located, opened, options);
  if (side !== undefined) return (await ensureEntry(path, { ...options, side })).description;
  const { source } = opened;
  const reading = await readSource(source, null, options.signal, options.onProgress);
  const description = describeReading(source, reading, arrange(source, reading.table, draw), draw);
  await rememberUnchanged({ directory, key, description }, () => keyNow(path, draw, options));
  return description;
}

/**
 * Ensures a valid decoded copy of the data set, and returns its path. Instant when it exists.
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
      `${unreadable.count} of the images cannot be read: ${first.file}${others}. ${first.reason} Or choose to skip unreadable images.`,
    );
  }
  return { description, trainFolder: folders.train };
}

/** The decoded copy with both splits, and the description of the data. Private to this folder. */
export async function ensureEntry(
  path: string,
  options: PrepareOptions,
): Promise<{ description: ImageDatasetDescription; folders: EntryFolders; directory: string }> {
  const { directory, draw } = settings(options);
  const { side } = options;
  const located = await locateDataset(path, options);
  const key = imageKey(located, draw);
  const known = await recallSource(directory, key, imageDatasetDescriptionSchema);
  if (known) {
    const folders = entryFolders(directory, known, side);
    if (await isSound(folders.train)) return { description: known, folders, directory };
  }
  const { source } = requireImages(await openLocated(located, options));
  const description = await buildEntry(source, side, draw, directory, options.signal, options.onProgress);
  await rememberUnchanged({ directory, key, description }, () => keyNow(path, draw, options));
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

function imageKey(located: Located, draw: TestDraw): string {
  return sourceKey(located, [draw.fraction, draw.seed]);
}

async function keyNow(path: string, draw: TestDraw, options: OpenOptions): Promise<string> {
  return imageKey(await locateDataset(path, options), draw);
}

/** @throws CellsmithError data.not-recognised when a text is given where images are needed */
export function requireImages(opened: OpenedDataset): OpenedImages {
  if (opened.kind === 'images') return opened;
  throw new CellsmithError(
    'data.not-recognised',
    `${opened.location} is a text, and images are needed here. Choose a data set of images.`,
  );
}

/** What a search needs of its data: images brought to a side, or text read in a certain way. */
export type DataNeed =
  | {
      readonly kind: 'images';
      /** Pixels a side of the square to which images are brought. */
      readonly side: number;
      /** What to do about files that cannot be decoded: say so and stop, or train without them. */
      readonly unreadable: 'refuse' | 'skip';
    }
  | {
      readonly kind: 'text';
      readonly level: TextLevel;
      /** Entries of the vocabulary; null for no limit, 'auto' as suits the form of the text. */
      readonly vocabularyLimit: number | null | 'auto';
    };

/** A data set that is ready for training. The test split is not below its folder. */
export interface PreparedData {
  readonly description: DatasetDescription;
  /** Absolute path of the copy to train and validate on: what a trainer is given. */
  readonly trainFolder: string;
}

/**
 * Ensures a valid copy of the data set for a search, and returns its path. Instant when it exists.
 * @throws CellsmithError data.* ('data.unknown' when it is of the other kind), config.invalid, cancelled
 */
export function prepareFor(
  need: DataNeed,
  path: string,
  options: DatasetOptions = {},
): Promise<PreparedData> {
  if (need.kind === 'images') {
    const { side, unreadable } = need;
    return prepareDataset(path, { ...options, side, unreadable });
  }
  const { level, vocabularyLimit } = need;
  return prepareText(path, {
    ...options,
    text: { level, ...(vocabularyLimit !== 'auto' && { vocabularyLimit }) },
  });
}

import { join } from 'node:path';
import {
  type ImageDatasetDescription,
  imageDatasetDescriptionSchema,
} from '../../../src-shared/tasks/images/image-description';
import { CellsmithError } from '../../../src-shared/errors';
import type { ImageNeed } from '../../../src-shared/tasks/images/image-data';
import { buildEntry, entryFolders, type EntryFolders } from '../cache/build-entry';
import { defaultCacheDirectory } from '../cache/cache-folder';
import { recallSource, rememberUnchanged, sourceKey, recordTestUse } from '../cache/records';
import { checkSplit } from '../cache/manifest';
import { findCifarBinary } from '../formats/cifar-binary';
import { findCifarPython } from '../formats/cifar-python';
import { findClassFolders } from '../formats/class-folders';
import { findIdx } from '../formats/idx';
import type { ImageSource } from '../formats/image-source';
import type { DataReader, DatasetOptions, Finding, Place } from '../open';
import { arrange } from './arrange';
import type { TestDraw } from '../open';
import { describeReading } from './describe-reading';
import { readSource } from './read-source';
import type { FolderView } from '../trees/file-tree';
import type { Located } from '../trees/open-tree';

/** Every form of images that is known. A new one is added here, and to `datasetFormSchema`. */
const finders: readonly ((view: FolderView) => Finding<ImageSource> | null)[] = [
  findCifarBinary,
  findCifarPython,
  findIdx,
  findClassFolders,
];

/** A sixth, as in CIFAR-10. The seed is not the search's: runs with other seeds must not train on each other's test images. */
const defaultTestDraw: TestDraw = { fraction: 1 / 6, seed: 0 };

/** Images with classes. The paper reads their test split once, after the search (section 4.1). */
export const imageReader: DataReader<ImageNeed, ImageDatasetDescription, ImageSource> = {
  kind: 'images',
  words: {
    is: (form) => `holds images (${form})`,
    needed: 'images are needed here. Choose a data set of images.',
  },
  find: (view) => {
    for (const find of finders) {
      const finding = find(view);
      if (finding) return finding;
    }
    return null;
  },
  findAtLast: () => null,
  recall: (located, options) => {
    const { directory, draw } = settings(options);
    return recallSource(directory, imageKey(located, draw), imageDatasetDescriptionSchema);
  },
  describe: async (place, located, options) => {
    const { directory, draw } = settings(options);
    const source = await place.open(located);
    const reading = await readSource(source, null, options.signal, options.onProgress);
    const description = describeReading(source, reading, arrange(source, reading.table, draw), draw);
    await remember(description, directory, draw, place, located);
    return description;
  },
  prepare: async ({ side, unreadable: treatment }, place, options) => {
    const { description, folders } = await ensureEntry(side, place, options);
    const { unreadable } = description;
    const [first] = unreadable.files;
    if (first && treatment === 'refuse') {
      const others = unreadable.count > 1 ? ` and ${unreadable.count - 1} more` : '';
      throw new CellsmithError(
        'data.damaged',
        `${unreadable.count} of the images cannot be read: ${first.file}${others}. ${first.reason} Or choose to skip unreadable images.`,
      );
    }
    return { description, trainFolder: folders.train };
  },
  openTest: async ({ side }, place, options) => {
    const { folders, directory } = await ensureEntry(side, place, options);
    const manifest = await checkSplit(folders.test, 'test').catch(async (error: unknown) => {
      if (!(error instanceof CellsmithError) || error.code !== 'data.damaged') throw error;
      const source = await place.open(await place.locate());
      const { draw } = settings(options);
      await buildEntry(source, side, draw, directory, options.signal, options.onProgress);
      return checkSplit(folders.test, 'test');
    });
    const { count, fingerprint, images, labels } = manifest;
    await recordTestUse(directory, { purpose: options.purpose, fingerprint, side });
    return {
      kind: 'images',
      imagesFile: join(folders.test, images.name),
      labelsFile: join(folders.test, labels.name),
      count,
    };
  },
};

/** The decoded copy with both splits, and the description of the data. */
async function ensureEntry(
  side: number,
  place: Place<ImageSource>,
  options: DatasetOptions,
): Promise<{ description: ImageDatasetDescription; folders: EntryFolders; directory: string }> {
  const { directory, draw } = settings(options);
  const located = await place.locate();
  const known = await imageReader.recall(located, options);
  if (known) {
    const folders = entryFolders(directory, known, side);
    if (await isSound(folders.train)) return { description: known, folders, directory };
  }
  const source = await place.open(located);
  const description = await buildEntry(source, side, draw, directory, options.signal, options.onProgress);
  await remember(description, directory, draw, place, located);
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

/** @throws CellsmithError data.changed */
async function remember(
  description: ImageDatasetDescription,
  directory: string,
  draw: TestDraw,
  place: Place<ImageSource>,
  located: Located,
): Promise<void> {
  const key = imageKey(located, draw);
  const keyNow = async (): Promise<string> => imageKey(await place.locate(), draw);
  await rememberUnchanged({ directory, key, description }, keyNow);
}

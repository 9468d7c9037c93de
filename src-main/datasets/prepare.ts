import { CellsmithError } from '../../src-shared/errors';
import type { DescriptionBase, NeedBase } from '../../src-shared/tasks/data-kind';
import type { DatasetDescription, DataNeed, TestFiles } from '../../src-shared/tasks/data-kinds';
import { registryOf } from '../../src-shared/tasks/registry';
import { recognise } from './formats/recognise';
import { imageReader } from './images/image-reader';
import {
  type DataReader,
  type DatasetOptions,
  locateDataset,
  type Opened,
  openFiles,
  type OpenOptions,
  type Place,
  type PreparedData,
} from './open';
import { textReader } from './text/text-reader';
import type { Located } from './trees/open-tree';

/** How data are read, by their kind. A folder is given to the first that finds something in it. */
export const dataReaders = registryOf<DataReader>('reader', [imageReader, textReader]);

/**
 * Recognises the data set at a path: a folder, an archive, a text, or one of the files of a set of them.
 * @throws CellsmithError data.not-found, data.not-readable, data.not-recognised, data.empty, data.damaged, cancelled
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<Opened> {
  return openLocated(await locateDataset(path, options), options);
}

async function openLocated(located: Located, options: OpenOptions): Promise<Opened> {
  const tree = await openFiles(located, options);
  const { container, location } = tree;
  return { ...(await recognise(tree, dataReaders.all(), options.signal)), container, location };
}

/**
 * Describes a data set before anything runs on it. The first time reads all of it; the result is cached until the files change.
 * @throws CellsmithError data.*, config.invalid, cancelled
 */
export async function describeDataset(
  path: string,
  options: DatasetOptions = {},
): Promise<DatasetDescription> {
  const located = await locateDataset(path, options);
  const recalled = async (): Promise<DescriptionBase | null> => {
    for (const reader of dataReaders.all()) {
      const known = await reader.recall(located, options);
      if (known) return known;
    }
    return null;
  };
  const described = async (): Promise<DescriptionBase> => {
    const { kind, source } = await openLocated(located, options);
    const place = { ...placeOf(dataReaders.of(kind), path, options), open: () => Promise.resolve(source) };
    return dataReaders.of(kind).describe(place, located, options);
  };
  // Descriptions of a kind of data are among those of all kinds.
  return ((await recalled()) ?? (await described())) as DatasetDescription;
}

/**
 * Ensures a valid copy of the data set for a search, and returns its path. Instant when it exists.
 * @throws CellsmithError data.* ('data.not-recognised' when it is of another kind), config.invalid, cancelled
 */
export function prepareFor(
  need: DataNeed,
  path: string,
  options: DatasetOptions = {},
): Promise<PreparedData> {
  const reader = dataReaders.of(need.kind);
  // Descriptions of a kind of data are among those of all kinds.
  return reader.prepare(need, placeOf(reader, path, options), options) as Promise<PreparedData>;
}

/**
 * Opens the test split of a data set, and records that it was opened and what for.
 * @param options.purpose what the test is for, as a user would say it ('final test of run 12')
 * @throws CellsmithError data.*, config.invalid, cancelled
 */
export function openTest(
  need: DataNeed,
  path: string,
  options: DatasetOptions & { readonly purpose: string },
): Promise<TestFiles> {
  const reader = dataReaders.of(need.kind);
  // Test splits of a kind of data are among those of all kinds.
  return reader.openTest(need, placeOf(reader, path, options), options) as Promise<TestFiles>;
}

/** Where data are that a reader is to read. */
export function placeOf<Source>(
  { kind, words }: DataReader<NeedBase, DescriptionBase, Source>,
  path: string,
  options: OpenOptions,
): Place<Source> {
  return {
    locate: () => locateDataset(path, options),
    open: async (located) => {
      const opened = await openLocated(located, options);
      // What a reader finds is a source of its own.
      if (opened.kind === kind) return opened.source as Source;
      throw new CellsmithError(
        'data.not-recognised',
        `${opened.location} ${dataReaders.of(opened.kind).words.is(opened.form)}, and ${words.needed}`,
      );
    },
  };
}

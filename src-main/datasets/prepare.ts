import { CellsmithError } from '../../src-shared/errors';
import type { DescriptionBase, NeedBase } from '../../src-shared/tasks/data-kind';
import type { DatasetDescription, DataNeed, TestFiles } from '../../src-shared/tasks/data-kinds';
import { registryOf } from '../../src-shared/tasks/registry';
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
  type Finding,
} from './open';
import { textReader } from './text/text-reader';
import type { Located } from './trees/open-tree';
import { counted } from '../../src-shared/counted';
import { type FileTree, viewFolder } from './trees/file-tree';

/** How data are read, by their kind. A folder is given to the first that finds something in it. */
export const dataReaders = registryOf<DataReader>('reader', [imageReader, textReader]);

/** @throws CellsmithError data.not-found, data.not-readable, data.not-recognised, data.empty, data.damaged, cancelled */
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

/** What a tree was recognised as. */
interface Recognised {
  readonly kind: string;
  readonly form: string;
  readonly source: unknown;
}

/** A reader's half of the work. */
type Recogniser = Pick<DataReader, 'kind' | 'find' | 'findAtLast'>;

const maximumDepth = 3;
const maximumFolders = 50;

/**
 * Recognises the data set in a tree: at its root, or in the one folder below it that holds one.
 * @param readers the first that finds something has it
 * @throws CellsmithError data.empty, data.not-recognised (saying what was found and what is known), and what its form throws
 */
export async function recognise(
  tree: FileTree,
  readers: readonly Recogniser[],
  signal?: AbortSignal,
): Promise<Recognised> {
  if (tree.files.length === 0) {
    throw new CellsmithError(
      'data.empty',
      `${tree.location} holds no files. Choose the folder or archive of a data set.`,
    );
  }
  const open = async ({ kind, finding }: Found): Promise<Recognised> => {
    return { kind, form: finding.form, source: await finding.open(signal) };
  };
  let roots = [''];
  for (let depth = 0; depth <= maximumDepth; depth++) {
    const found: (Found & { root: string })[] = [];
    const below: string[] = [];
    for (const root of roots.slice(0, maximumFolders)) {
      const view = viewFolder(tree, root);
      const first = firstOf(readers, (reader) => reader.find(view));
      if (first) found.push({ root, ...first });
      else for (const name of view.folders.keys()) below.push(root === '' ? name : `${root}/${name}`);
    }
    const [only] = found;
    if (only && found.length === 1) return open(only);
    if (only) {
      const list = found.map(({ root, finding }) => `${root} (${finding.form})`).join(', ');
      throw new CellsmithError(
        'data.not-recognised',
        `${tree.location} holds ${found.length} data sets: ${list}. Choose one of them.`,
      );
    }
    roots = below;
  }
  const whole = firstOf(readers, (reader) => reader.findAtLast(tree));
  if (whole) return open(whole);
  throw new CellsmithError(
    'data.not-recognised',
    `${tree.location} is not a data set in a known format: it contains ${inventory(tree)}. Expected CIFAR-10 or CIFAR-100 (binary or Python version), IDX files (as MNIST), at least two class folders of PNG or JPEG files (in train/ and test/, or on one level), ptb.train.txt, ptb.valid.txt and ptb.test.txt, WikiText (wiki.train.tokens and so on), or .txt files and little else.`,
  );
}

interface Found {
  readonly kind: string;
  readonly finding: Finding<unknown>;
}

function firstOf(
  readers: readonly Recogniser[],
  find: (reader: Recogniser) => Finding<unknown> | null,
): Found | null {
  for (const reader of readers) {
    const finding = find(reader);
    if (finding) return { kind: reader.kind, finding };
  }
  return null;
}

/** '12 files (9 .txt, 2 .csv, 1 without extension) in 3 folders' */
function inventory(tree: FileTree): string {
  const kinds = new Map<string, number>();
  const folders = new Set<string>();
  for (const { path } of tree.files) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const extension = /.\.([a-z0-9]{1,8})$/i.exec(name)?.[1];
    const kind = extension === undefined ? 'without extension' : `.${extension.toLowerCase()}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    folders.add(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
  }
  const sorted = [...kinds].sort((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, 5).map(([kind, count]) => `${count} ${kind}`);
  if (sorted.length > shown.length) shown.push('…');
  return `${counted(tree.files.length, 'file')} (${shown.join(', ')}) in ${counted(folders.size, 'folder')}`;
}

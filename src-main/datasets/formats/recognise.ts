import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import type { DataReader, Finding } from '../open';
import type { FileTree } from '../trees/file-tree';
import { viewFolder } from '../trees/folder-view';

/** What a tree was recognised as. */
export interface Recognised {
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

import { counted } from '../../../src-shared/counted';
import { CellsmithError } from '../../../src-shared/errors';
import { findPlainText, findSplitFiles, type TextFinding, type TextSource } from '../text/find-text';
import type { FileTree } from '../trees/file-tree';
import { findCifarBinary } from './cifar-binary';
import { findCifarPython } from './cifar-python';
import { findClassFolders } from './class-folders';
import { findIdx } from './idx';
import type { Finding, FolderView, ImageSource } from './image-source';
import { viewFolder } from './image-source';

/** What a tree was recognised as. */
export type Recognised =
  | { readonly kind: 'images'; readonly source: ImageSource }
  | { readonly kind: 'text'; readonly source: TextSource };

/** Every form of images that is known. A new one is added here, and to `datasetFormSchema`. */
const imageFinders: readonly ((view: FolderView) => Finding | null)[] = [
  findCifarBinary,
  findCifarPython,
  findIdx,
  findClassFolders,
];

const maximumDepth = 3;
const maximumFolders = 50;

/**
 * Recognises the data set in a tree: at its root, or in the one folder below it that holds one.
 * @throws CellsmithError data.empty, data.not-recognised (saying what was found and what is known), and what its form throws
 */
export async function recognise(tree: FileTree, signal?: AbortSignal): Promise<Recognised> {
  if (tree.files.length === 0) {
    throw new CellsmithError(
      'data.empty',
      `${tree.location} holds no files. Choose the folder or archive of a data set.`,
    );
  }
  let roots = [''];
  for (let depth = 0; depth <= maximumDepth; depth++) {
    const found: { root: string; finding: AnyFinding }[] = [];
    const below: string[] = [];
    for (const root of roots.slice(0, maximumFolders)) {
      const view = viewFolder(tree, root);
      const finding = firstFinding(view);
      if (finding) found.push({ root, finding });
      else for (const name of view.folders.keys()) below.push(root === '' ? name : `${root}/${name}`);
    }
    const [only] = found;
    if (only && found.length === 1) return open(only.finding, signal);
    if (only) {
      const list = found.map(({ root, finding }) => `${root} (${finding.form})`).join(', ');
      throw new CellsmithError(
        'data.not-recognised',
        `${tree.location} holds ${found.length} data sets: ${list}. Choose one of them.`,
      );
    }
    roots = below;
  }
  const text = findPlainText(tree);
  if (text) return { kind: 'text', source: text.open() };
  throw new CellsmithError(
    'data.not-recognised',
    `${tree.location} is not a data set in a known format: it contains ${inventory(tree)}. Expected CIFAR-10 or CIFAR-100 (binary or Python version), IDX files (as MNIST), at least two class folders of PNG or JPEG files (in train/ and test/, or on one level), ptb.train.txt, ptb.valid.txt and ptb.test.txt, WikiText (wiki.train.tokens and so on), or .txt files and little else.`,
  );
}

type AnyFinding = ({ readonly kind: 'images' } & Finding) | ({ readonly kind: 'text' } & TextFinding);

function firstFinding(view: FolderView): AnyFinding | null {
  for (const find of imageFinders) {
    const finding = find(view);
    if (finding) return { kind: 'images', ...finding };
  }
  const text = findSplitFiles(view);
  return text && { kind: 'text', ...text };
}

async function open(finding: AnyFinding, signal?: AbortSignal): Promise<Recognised> {
  if (finding.kind === 'text') return { kind: 'text', source: finding.open() };
  return { kind: 'images', source: await finding.open(signal) };
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

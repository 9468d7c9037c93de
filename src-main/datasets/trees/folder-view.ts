import { CellsmithError } from '../../../src-shared/errors';
import { displayName, type FileTree } from './file-tree';

/** The files at and below one folder of a tree. */
export interface FolderView {
  readonly tree: FileTree;
  /** Path of the folder in the tree, '' for its root. */
  readonly root: string;
  /** Sizes of the files directly in it, by name. */
  readonly files: ReadonlyMap<string, number>;
  /** Folders directly in it with the paths, from there, and sizes of all files below. */
  readonly folders: ReadonlyMap<string, readonly { readonly path: string; readonly size: number }[]>;
}

export function viewFolder(tree: FileTree, root: string): FolderView {
  const prefix = root === '' ? '' : `${root}/`;
  const files = new Map<string, number>();
  const folders = new Map<string, { path: string; size: number }[]>();
  for (const file of tree.files) {
    if (!file.path.startsWith(prefix)) continue;
    const path = file.path.slice(prefix.length);
    const slash = path.indexOf('/');
    if (slash < 0) {
      files.set(path, file.size);
      continue;
    }
    const name = path.slice(0, slash);
    const below = folders.get(name) ?? [];
    if (below.length === 0) folders.set(name, below);
    below.push({ path: path.slice(slash + 1), size: file.size });
  }
  return { tree, root, files, folders };
}

/** Path in the tree of a file of a view. */
export function pathIn(view: FolderView, name: string): string {
  return view.root === '' ? name : `${view.root}/${name}`;
}

const smallFileLimit = 2 ** 20;

/** The bytes of a file that describes the others. @throws CellsmithError data.damaged when it is larger than 1 MiB, data.empty */
export async function readSmallFile(
  view: FolderView,
  name: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const path = pathIn(view, name);
  const shown = displayName(view.tree, path);
  for await (const file of view.tree.read(new Set([path]), smallFileLimit, signal)) {
    const bytes = await file.read();
    if (bytes.length === 0) throw new CellsmithError('data.empty', `${shown} is empty. Download it again.`);
    return bytes;
  }
  throw new CellsmithError(
    'data.changed',
    `${shown} disappeared while it was being read. Open the data set again.`,
  );
}

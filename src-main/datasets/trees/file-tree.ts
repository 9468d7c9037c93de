import { CellsmithError } from '../../../src-shared/errors';

/** A regular file of a folder or an archive. */
export interface TreeFile {
  /** From the root, with '/' between parts. */
  readonly path: string;
  /** Bytes: as stored in a folder, unpacked in an archive. */
  readonly size: number;
}

/** The current file of a stream: read `chunks`, if at all, before requesting the next file. */
export interface StreamedFile extends TreeFile {
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A file that can be read at any time, concurrently with others. `read` throws if the file is invalid. */
interface ReadableFile extends TreeFile {
  read(): Promise<Uint8Array>;
}

/** The files of a folder, a tar or a zip, or one file by itself, all read the same way and none of them ever written. */
export interface FileTree {
  readonly container: 'folder' | 'tar' | 'zip' | 'file';
  /** Absolute path of the folder, archive or file. */
  readonly location: string;
  /** Sorted by path; without system litter, links and special files. */
  readonly files: readonly TreeFile[];
  /** Bytes on the disk: of a folder all files, of an archive its own. */
  readonly bytes: number;
  /** The requested files one after the other, in the fastest order. */
  stream(wanted: ReadonlySet<string>, signal?: AbortSignal): AsyncGenerator<StreamedFile>;
  /** As `stream`, for files that fit into memory: throws for one larger than `limit` bytes. */
  read(wanted: ReadonlySet<string>, limit: number, signal?: AbortSignal): AsyncGenerator<ReadableFile>;
}

/** Display name of a file in a tree: its path, or 'path in archive'. */
export function displayName(tree: Pick<FileTree, 'container' | 'location'>, path: string): string {
  if (tree.container === 'file') return tree.location;
  return tree.container === 'folder' ? `${tree.location}/${path}` : `${path} in ${tree.location}`;
}

const litter = new Set(['__macosx', '.ds_store', 'thumbs.db', 'desktop.ini', '.directory', '@eadir']);

/** Whether a file was left by an operating system or a version control system: no part of any data set. */
export function isLitter(path: string): boolean {
  return path
    .split('/')
    .some(
      (part) => litter.has(part.toLowerCase()) || part.startsWith('._') || /^\.(git|svn|trash)/i.test(part),
    );
}

/** More files, or longer names, than any data set has: a bound on what a listing may take of memory. */
export const maximumFiles = 5_000_000;
const maximumPathLength = 1024;

/**
 * The path of an archive's entry, made plain.
 * @throws CellsmithError data.damaged for a path that leads out of the archive or is longer than file systems allow
 */
export function archivePath(raw: string, location: string): string {
  const path = raw.replaceAll('\\', '/');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const shown = JSON.stringify(raw.slice(0, 80));
  if (path.startsWith('/') || /^[a-z]:/i.test(path) || parts.includes('..') || path.includes('\0')) {
    throw new CellsmithError(
      'data.damaged',
      `${location} holds an entry whose path leads outside the archive (${shown}). It was not opened; download the archive again.`,
    );
  }
  if (path.length > maximumPathLength) {
    throw new CellsmithError(
      'data.damaged',
      `${location} holds an entry with a path of ${path.length} characters (${shown}…). Pack the data set with shorter names.`,
    );
  }
  return parts.join('/');
}

/** Sorts a listing; throws if it contains a path twice. */
export function sortedListing(files: TreeFile[], location: string): TreeFile[] {
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (let i = 1; i < files.length; i++) {
    const path = files[i]?.path;
    if (path !== undefined && path === files[i - 1]?.path) {
      throw new CellsmithError(
        'data.damaged',
        `${location} holds ${path} twice. Unpack it and choose the folder.`,
      );
    }
  }
  return files;
}

/** All bytes of a stream in one piece. @throws CellsmithError data.damaged when there are more than `limit` */
export async function collect(file: StreamedFile, limit: number, shown: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.chunks) {
    length += chunk.length;
    if (length > limit) throw tooLarge(shown, file.size, limit);
    parts.push(chunk);
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, length);
}

export function tooLarge(shown: string, size: number, limit: number): CellsmithError {
  return new CellsmithError(
    'data.damaged',
    `${shown} has ${size} bytes, more than the limit of ${limit} for such a file. Remove it from the data set.`,
  );
}

/** `read` for containers that can only be read front to back: each file is read before it is handed over. */
export async function* readInTurn(
  tree: Pick<FileTree, 'container' | 'location' | 'stream'>,
  wanted: ReadonlySet<string>,
  limit: number,
  signal?: AbortSignal,
): AsyncGenerator<ReadableFile> {
  for await (const file of tree.stream(wanted, signal)) {
    const { path, size } = file;
    const shown = displayName(tree, path);
    if (size > limit) {
      yield { path, size, read: () => Promise.reject(tooLarge(shown, size, limit)) };
    } else {
      const bytes = await collect(file, limit, shown);
      yield { path, size, read: () => Promise.resolve(bytes) };
    }
  }
}

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

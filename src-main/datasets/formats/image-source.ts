import type { DatasetForm, DatasetWarning } from '../../../src-shared/dataset/image-description';
import { CellsmithError } from '../../../src-shared/errors';
import { displayName, type FileTree } from '../trees/file-tree';

/** A decoded image before resizing. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Whether there was one channel only, now three equal ones. */
  readonly grey: boolean;
  /** uint8 [height, width, 3]. */
  readonly pixels: Uint8Array;
}

/** `pool`: the data set has no test split, so one is drawn from all images. */
export type SourceSplit = 'train' | 'test' | 'pool';

/** One labelled image, still to be decoded. */
export interface SourceRecord {
  readonly split: SourceSplit;
  /** Index into the source's classes. */
  readonly label: number;
  /** Path in the tree. */
  readonly file: string;
  /** Place in the file, from 0, where a file holds many images; null where it is one. */
  readonly record: number | null;
  /** @throws CellsmithError data.damaged, data.empty or data.not-readable when the image cannot be had */
  decode(): Promise<RgbImage>;
}

/** A recognised data set of images: its name and its records. */
export interface ImageSource {
  readonly form: DatasetForm;
  readonly tree: FileTree;
  readonly classes: readonly string[];
  /** Paths of the files that make it up. */
  readonly files: readonly string[];
  /** Whether a file that cannot be decoded leaves the rest usable (class folders) or not (batches). */
  readonly toleratesUnreadable: boolean;
  /** Expected number of images: exact if the format states it, else an estimate. */
  readonly expected: number;
  readonly warnings: readonly DatasetWarning[];
  /** All records, in whatever order is quickest. @throws CellsmithError data.* naming file and place */
  records(signal?: AbortSignal): AsyncGenerator<SourceRecord>;
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

/** A format that matches a folder by its file names; `open` reads its metadata and throws if it is invalid. */
export interface Finding {
  readonly form: DatasetForm;
  open(signal?: AbortSignal): Promise<ImageSource>;
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

/** A record of a file of records of equal length. */
export interface FixedRecord {
  /** From 0. */
  readonly index: number;
  /** Valid until the next record is asked for. */
  readonly bytes: Uint8Array;
}

/**
 * Cuts a stream into records, holding no more than one chunk of it.
 * @param onRest called with the number of trailing bytes, if any
 */
export async function* fixedRecords(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
  onRest: (bytes: number, records: number) => void,
): AsyncGenerator<FixedRecord> {
  const carried = new Uint8Array(length);
  let filled = 0;
  let index = 0;
  for await (const chunk of chunks) {
    let at = 0;
    if (filled > 0) {
      at = Math.min(length - filled, chunk.length);
      carried.set(chunk.subarray(0, at), filled);
      filled += at;
      if (filled < length) continue;
      yield { index: index++, bytes: carried };
    }
    for (; at + length <= chunk.length; at += length) {
      yield { index: index++, bytes: chunk.subarray(at, at + length) };
    }
    carried.set(chunk.subarray(at));
    filled = chunk.length - at;
  }
  if (filled > 0) onRest(filled, index);
}

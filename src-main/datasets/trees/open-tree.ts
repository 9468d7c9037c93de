import { open, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';
import { fileError } from './file-errors';
import type { FileTree } from './file-tree';
import type { ListedFile } from './folder-tree';
import { folderTree, listFolder } from './folder-tree';
import { tarTree } from './tar-tree';
import { zipTree } from './zip-tree';

/** A folder, an archive or a file of text of which only names, sizes and times are known: enough to detect changes. */
export interface Located {
  /** Absolute, links resolved. */
  readonly location: string;
  readonly container: FileTree['container'];
  /** The files of a folder; else the archive or file itself. */
  readonly files: readonly ListedFile[];
}

export interface ListingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onCount?: ((files: number) => void) | undefined;
}

/** Names of files that select their whole folder. */
const memberNames =
  /^(data_batch_\d+|test_batch|batches\.meta)(\.bin|\.txt)?$|-(images|labels)[-.]idx\d-ubyte(\.gz)?$|^ptb\.(train|valid|test)\.txt$|(^|\.)(train|valid|test)\.tokens$/;

/**
 * Identifies what is at a path from its first bytes.
 * @throws CellsmithError data.not-found, data.not-readable, data.not-recognised, data.empty
 */
export async function locate(path: string, options: ListingOptions = {}): Promise<Located> {
  const asked = resolve(path);
  try {
    const location = await realpath(asked);
    const facts = await stat(location, { bigint: true });
    if (facts.isDirectory()) {
      return {
        location,
        container: 'folder',
        files: await listFolder(location, options.signal, options.onCount),
      };
    }
    if (!facts.isFile()) {
      throw new CellsmithError(
        'data.not-recognised',
        `${asked} is neither a folder nor a file. Choose the data set's folder or archive.`,
      );
    }
    const name = location.slice(dirname(location).length).replace(/^[/\\]/, '');
    if (memberNames.test(name)) return await locate(dirname(location), options);
    const container = await containerKind(location, name);
    const file = { path: name, size: Number(facts.size), modified: facts.mtimeNs.toString() };
    return { location, container, files: [file] };
  } catch (error) {
    throw fileError(error, asked);
  }
}

/** Opens a located source for reading; lists an archive first. */
export async function openTree(located: Located, options: ListingOptions = {}): Promise<FileTree> {
  const { location, container, files } = located;
  const size = files[0]?.size ?? 0;
  switch (container) {
    case 'folder':
      return folderTree(location, files);
    case 'tar':
      return tarTree(location, size, options.signal, options.onCount);
    case 'zip':
      return zipTree(location, size, options.signal, options.onCount);
    case 'file':
      return { ...folderTree(dirname(location), files), container, location };
  }
}

/** The type of an archive by its magic bytes, since names lie. Anything else may be a text, by its extension. */
async function containerKind(location: string, name: string): Promise<'tar' | 'zip' | 'file'> {
  const handle = await open(location, 'r');
  try {
    const head = new Uint8Array(512);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    if (bytesRead === 0) {
      throw new CellsmithError('data.empty', `${location} is empty. Download it again.`);
    }
    const begins = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);
    if (begins(0x1f, 0x8b)) return 'tar';
    if (begins(0x50, 0x4b, 3, 4) || begins(0x50, 0x4b, 5, 6)) return 'zip';
    if (Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar' || oldTar(head)) return 'tar';
    if (/\.txt$/i.test(name)) return 'file';
    throw new CellsmithError(
      'data.not-recognised',
      `${location} ${kindOf(begins)}. Expected a folder, a .tar, .tar.gz, .tgz or .zip of one, or a .txt file.`,
    );
  } finally {
    await handle.close();
  }
}

function kindOf(begins: (...bytes: number[]) => boolean): string {
  if (begins(0x42, 0x5a, 0x68)) return 'is packed with bzip2, which is not supported: unpack it first';
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a))
    return 'is packed with xz, which is not supported: unpack it first';
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'is packed with zstd, which is not supported: unpack it first';
  if (begins(0x37, 0x7a, 0xbc, 0xaf)) return 'is a 7-zip archive, which is not supported: unpack it first';
  if (begins(0x52, 0x61, 0x72, 0x21)) return 'is a RAR archive, which is not supported: unpack it first';
  if (begins(0xff, 0xd8, 0xff) || begins(0x89, 0x50, 0x4e, 0x47)) return 'is a single image, not a data set';
  return 'is not an archive';
}

/** A tar from before POSIX has no name in its header, only the sum of its bytes (the field of the sum taken as spaces). */
function oldTar(head: Uint8Array): boolean {
  const stored = parseInt(Buffer.from(head.subarray(148, 156)).toString('latin1'), 8);
  return stored > 256 && stored === head.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
}

import type { Entry, ZipFile } from 'yauzl';
import { openPromise } from 'yauzl';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { fileError, systemCode, throwIfCancelled } from './file-errors';
import type { FileTree, StreamedFile, TreeFile } from './file-tree';
import { archivePath, isLitter, maximumFiles, readInTurn, sortedListing } from './file-tree';
import { checkInflation } from './inflate';

const symbolicLink = 0o120000;
const typeBits = 0o170000;

/**
 * A zip archive as a tree of files; nothing is unpacked to the disk.
 * @param packedSize bytes of the archive
 * @throws CellsmithError data.damaged, data.not-readable
 */
export async function zipTree(
  location: string,
  packedSize: number,
  signal?: AbortSignal,
  onCount?: (files: number) => void,
): Promise<FileTree> {
  const files: TreeFile[] = [];
  let unpacked = 0;
  for await (const { path, entry } of zipEntries(location, signal)) {
    if (entry.isEncrypted()) {
      throw new CellsmithError(
        'data.not-readable',
        `${path} in ${location} is encrypted. Unpack the archive with its password and choose the folder.`,
      );
    }
    if (!entry.canDecodeFileData()) {
      throw new CellsmithError(
        'data.not-readable',
        `${path} in ${location} uses an unsupported compression method (${entry.compressionMethod}). Unpack the archive and choose the folder.`,
      );
    }
    // The sum of what the directory promises, so that files that share their bytes count each time; yauzl holds each to its promise.
    unpacked += entry.uncompressedSize;
    checkInflation(packedSize, unpacked, location);
    files.push({ path, size: entry.uncompressedSize });
    if (files.length > maximumFiles) {
      throw new CellsmithError('data.not-recognised', `${location} holds more than ${maximumFiles} files.`);
    }
    onCount?.(files.length);
  }
  sortedListing(files, location);
  const stream = async function* (
    wanted: ReadonlySet<string>,
    abort?: AbortSignal,
  ): AsyncGenerator<StreamedFile> {
    for await (const { path, entry, zip } of zipEntries(location, abort)) {
      if (wanted.has(path))
        yield { path, size: entry.uncompressedSize, chunks: entryChunks(zip, entry, path, location) };
    }
  };
  const tree = { container: 'zip', location, files, bytes: packedSize, stream } as const;
  return { ...tree, read: (wanted, limit, abort) => readInTurn(tree, wanted, limit, abort) };
}

interface NamedEntry {
  readonly path: string;
  readonly entry: Entry;
  readonly zip: ZipFile;
}

/** The regular files that the directory of a zip names, in its order. */
async function* zipEntries(location: string, signal?: AbortSignal): AsyncGenerator<NamedEntry> {
  const zip = await openPromise(location, { lazyEntries: true, autoClose: false }).catch((error: unknown) => {
    throw zipError(error, location);
  });
  try {
    for await (const entry of zip.eachEntry()) {
      throwIfCancelled(signal);
      const path = archivePath(entry.fileName, location);
      const folder = entry.fileName.endsWith('/');
      const link = ((entry.externalFileAttributes >>> 16) & typeBits) === symbolicLink;
      if (!folder && !link && path !== '' && !isLitter(path)) yield { path, entry, zip };
    }
  } catch (error) {
    throw zipError(error, location);
  } finally {
    zip.close();
  }
}

async function* entryChunks(
  zip: ZipFile,
  entry: Entry,
  path: string,
  location: string,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Uint8Array;
  } catch (error) {
    throw zipError(error, location, path);
  }
}

function zipError(error: unknown, location: string, path?: string): CellsmithError {
  const code = systemCode(error);
  // errors of the disk have a code of the system; those of yauzl have none, those of zlib begin with Z_
  if (error instanceof CellsmithError || (code !== undefined && !code.startsWith('Z_')))
    return fileError(error, location);
  const where = path === undefined ? location : `${location} (at ${path})`;
  return new CellsmithError(
    'data.damaged',
    `The archive ${where} is damaged: ${errorMessage(error)}. Download it again.`,
    { cause: error },
  );
}

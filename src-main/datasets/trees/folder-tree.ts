import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';
import { fileError, throwIfCancelled } from './file-errors';
import type { FileTree, TreeFile } from './file-tree';
import { isLitter, maximumFiles, sortedListing, tooLarge } from './file-tree';

/** A file of a folder with the facts that reveal a change. */
export interface ListedFile extends TreeFile {
  /** Nanoseconds of the last change, as a decimal string. */
  readonly modified: string;
}

/** Maximum depth of a data set. */
const maximumDepth = 16;

/**
 * Lists the files below a folder by their sizes and times, opening none. Links are followed (a folder once), special files skipped.
 * @throws CellsmithError data.not-found, data.not-readable
 */
export async function listFolder(
  location: string,
  signal?: AbortSignal,
  onCount?: (files: number) => void,
): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const visited = new Set<string>();
  const walk = async (folder: string, depth: number): Promise<void> => {
    throwIfCancelled(signal);
    const absolute = join(location, folder);
    const names = await readdir(absolute).catch((error: unknown) => {
      throw fileError(error, absolute);
    });
    const folders: string[] = [];
    for (let start = 0; start < names.length; start += 64) {
      throwIfCancelled(signal);
      const batch = names.slice(start, start + 64).map(async (name) => {
        const path = folder === '' ? name : `${folder}/${name}`;
        if (isLitter(path)) return;
        const facts = await stat(join(location, path), { bigint: true }).catch((error: unknown) => {
          throw fileError(error, join(location, path));
        });
        if (facts.isFile()) {
          files.push({ path, size: Number(facts.size), modified: facts.mtimeNs.toString() });
        } else if (facts.isDirectory() && depth < maximumDepth) {
          const identity = `${facts.dev.toString()}:${facts.ino.toString()}`;
          if (!visited.has(identity)) folders.push(path);
          visited.add(identity);
        }
      });
      await Promise.all(batch);
      if (files.length > maximumFiles) {
        throw new CellsmithError(
          'data.not-recognised',
          `${location} holds more than ${maximumFiles} files. Choose the folder of the data set itself.`,
        );
      }
      onCount?.(files.length);
    }
    for (const child of folders.sort()) await walk(child, depth + 1);
  };
  const root = await stat(location, { bigint: true }).catch((error: unknown) => {
    throw fileError(error, location);
  });
  visited.add(`${root.dev.toString()}:${root.ino.toString()}`);
  await walk('', 0);
  sortedListing(files, location);
  return files;
}

/** A folder as a tree of files. @param files what `listFolder` found there */
export function folderTree(location: string, files: readonly ListedFile[]): FileTree {
  const shown = (path: string): string => join(location, path);
  return {
    container: 'folder',
    location,
    files,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
    async *stream(wanted, signal) {
      for (const { path, size } of files) {
        if (!wanted.has(path)) continue;
        throwIfCancelled(signal);
        yield { path, size, chunks: readChunks(shown(path)) };
        await Promise.resolve();
      }
    },
    async *read(wanted, limit, signal) {
      for (const { path, size } of files) {
        if (!wanted.has(path)) continue;
        throwIfCancelled(signal);
        yield {
          path,
          size,
          read: async () => {
            if (size > limit) throw tooLarge(shown(path), size, limit);
            return readFile(shown(path)).catch((error: unknown) => {
              throw fileError(error, shown(path));
            });
          },
        };
        await Promise.resolve();
      }
    },
  };
}

async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) yield chunk as Uint8Array;
  } catch (error) {
    throw fileError(error, file);
  }
}

import { chmodSync, createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import type { Entry } from 'yauzl';
import { diskFull, throwIfCancelled, wheelDamaged } from './problems';

/** The C headers that the binding includes; the wheel has 13,000 others. */
const headers = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
];

/** Whether an engine needs a file of a wheel: libraries, headers, licences. */
export function isWanted(name: string, libraries: readonly string[]): boolean {
  if (name.endsWith('/')) return false;
  if (libraries.some((library) => name === library || name === `${library}.if.lib`)) return true;
  if (headers.some((prefix) => name.startsWith(prefix))) return name.endsWith('.h');
  if (/^nvidia\/.*\.so(\.\d+)*$/.test(name)) return true;
  if (/^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/.*)$/.test(name)) return true;
  return (
    ['tensorflow/THIRD_PARTY_NOTICES.txt', 'tensorflow/include/LICENSE'].includes(name) ||
    /^[^/]+\.dist-info\/(licenses\/)?licen[cs]e[^/]*$/i.test(name)
  );
}

/** The bytes that unpacking a wheel will write. @throws engine.provisioning when the wheel is damaged */
export async function wantedBytes(wheel: string, libraries: readonly string[]): Promise<number> {
  try {
    const { entries, close } = await openWheel(wheel, libraries);
    close();
    return entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  } catch (error) {
    throw wheelDamaged(wheel, error);
  }
}

/**
 * Unpacks the files of a wheel that an engine needs.
 *
 * @param options.onBytes called with the bytes written so far
 * @throws engine.provisioning when the wheel is damaged or the disk is full; cancelled
 */
export async function extractWheel(
  wheel: string,
  directory: string,
  libraries: readonly string[],
  options: { readonly onBytes?: (done: number) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { onBytes, signal } = options;
  let done = 0;
  try {
    const { entries, read, close } = await openWheel(wheel, libraries);
    try {
      for (const entry of entries) {
        const target = join(directory, entry.fileName);
        mkdirSync(dirname(target), { recursive: true });
        const count = new Transform({
          transform: (chunk: Buffer, _encoding, next) => {
            done += chunk.length;
            onBytes?.(done);
            next(null, chunk);
          },
        });
        await pipeline(await read(entry), count, createWriteStream(target), { signal });
        if (entry.fileName.includes('/bin/')) chmodSync(target, 0o755);
      }
    } finally {
      close();
    }
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw diskFull(directory, await wantedBytes(wheel, libraries), undefined);
    throw wheelDamaged(wheel, error);
  }
}

async function openWheel(
  wheel: string,
  libraries: readonly string[],
): Promise<{ entries: Entry[]; read: (entry: Entry) => Promise<Readable>; close: () => void }> {
  const zip = await openPromise(wheel, { autoClose: false });
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) if (isWanted(entry.fileName, libraries)) entries.push(entry);
  } catch (error) {
    zip.close();
    throw error;
  }
  return {
    entries,
    read: (entry) => zip.openReadStreamPromise(entry),
    close: () => {
      zip.close();
    },
  };
}

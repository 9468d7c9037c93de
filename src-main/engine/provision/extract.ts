import { chmodSync, createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { cancelled, diskFull, wheelDamaged } from './problems';

/** The C headers that the binding includes; the wheel has 13,000 others. */
const headers = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/tsl/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
];

/** Whether a file of a wheel belongs into an engine: libraries to load, headers to compile with, licences to keep. */
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

/**
 * Unpacks what an engine needs of a wheel.
 *
 * @param options.onBytes told how many bytes have been written, and how many there are in all
 * @throws engine.provisioning when the wheel is damaged or the disk is full; cancelled
 */
export async function extractWheel(
  wheel: string,
  directory: string,
  libraries: readonly string[],
  options: {
    readonly onBytes?: (done: number, total: number) => void;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<void> {
  const { onBytes, signal } = options;
  let total = 0;
  try {
    const zip = await openPromise(wheel, { autoClose: false });
    try {
      const wanted = [];
      for await (const entry of zip.eachEntry())
        if (isWanted(entry.fileName, libraries)) {
          wanted.push(entry);
          total += entry.uncompressedSize;
        }
      let done = 0;
      for (const entry of wanted) {
        const target = join(directory, entry.fileName);
        mkdirSync(dirname(target), { recursive: true });
        const count = new Transform({
          transform: (chunk: Buffer, _encoding, next) => {
            done += chunk.length;
            onBytes?.(done, total);
            next(null, chunk);
          },
        });
        await pipeline(await zip.openReadStreamPromise(entry), count, createWriteStream(target), { signal });
        if (entry.fileName.includes('/bin/')) chmodSync(target, 0o755);
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (signal?.aborted === true) throw cancelled();
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw diskFull(directory, total, undefined);
    throw wheelDamaged(wheel, error);
  }
}

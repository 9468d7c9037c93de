import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
  createWriteStream,
} from 'node:fs';
import { join, dirname } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runProcess } from './machine';
import {
  cancelled,
  diskFull,
  downloadFailed,
  networkFailed,
  wrongHash,
  throwIfCancelled,
  wheelDamaged,
} from './problems';
import { pipTargets, type Wheel } from './wheels';
import { openPromise, type Entry } from 'yauzl';

/** Interval at which the growing file is measured, ms. */
const pollInterval = 200;

/**
 * Downloads a wheel with pip, which checks its hash, under the user's own pip configuration (mirror, proxy, certificates).
 *
 * @param python a command from `findPythonWithPip`
 * @param directory receives the wheel, under its own name and only once it is complete
 * @param onBytes called with the bytes of this wheel so far
 * @returns the path of the wheel
 * @throws engine.provisioning (network, disk, hash); cancelled
 */
export async function downloadWheel(
  python: string,
  wheel: Wheel,
  directory: string,
  options: { readonly onBytes?: (done: number) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const work = join(directory, `${wheel.file}.partial`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const requirements = join(work, 'requirements.txt');
  writeFileSync(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
  // pip writes into its temporary folder, then copies: the larger of the two is the progress.
  const watch = setInterval(() => options.onBytes?.(largestFile(work)), pollInterval);
  try {
    const pip = await runProcess(
      python,
      [
        '-m',
        'pip',
        'download',
        '--no-deps',
        '--no-cache-dir',
        '--disable-pip-version-check',
        '--progress-bar=off',
        '--require-hashes',
        `--requirement=${requirements}`,
        `--dest=${work}`,
        ...pipTargets(wheel),
      ],
      { environment: { ...process.env, TMPDIR: work, TEMP: work, TMP: work }, signal: options.signal },
    );
    if (pip?.code !== 0) throw explain(wheel, directory, `${pip?.stdout ?? ''}\n${pip?.stderr ?? ''}`);
    options.onBytes?.(wheel.bytes);
    const finished = join(directory, wheel.file);
    renameSync(join(work, wheel.file), finished);
    return finished;
  } finally {
    clearInterval(watch);
    rmSync(work, { recursive: true, force: true });
  }
}

/** The error that pip's output describes. */
function explain(wheel: Wheel, directory: string, output: string): Error {
  if (/DO NOT MATCH THE HASHES/i.test(output)) return wrongHash(wheel.requirement, 'download');
  if (/No space left on device|Errno 28|not enough space/i.test(output))
    return diskFull(directory, wheel.bytes, undefined);
  if (
    /NewConnectionError|ConnectTimeout|Read timed out|ReadTimeout|name resolution|getaddrinfo|ProxyError|SSLError|Connection (refused|reset|aborted|broken)|Max retries|Network is unreachable|IncompleteRead|HTTP error 5/i.test(
      output,
    )
  )
    return networkFailed(wheel.requirement, output);
  return downloadFailed(wheel.requirement, output);
}

/** The SHA-256 of a file, in hexadecimal. @throws cancelled */
export async function sha256(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  } catch (error) {
    throw signal?.aborted === true ? cancelled() : error;
  }
  return hash.digest('hex');
}

function largestFile(directory: string): number {
  let largest = 0;
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true }))
      if (entry.isFile()) largest = Math.max(largest, statSync(join(entry.parentPath, entry.name)).size);
  } catch {
    // pip deletes its temporary files while they are being counted.
  }
  return largest;
}

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

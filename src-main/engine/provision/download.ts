import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runProcess } from './machine/run-process';
import { cancelled, diskFull, downloadFailed, networkFailed, wrongHash } from './problems';
import { pipTargets } from './wheels';
import type { Wheel } from './wheels';

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

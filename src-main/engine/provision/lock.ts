import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../processes/process-life';
import { cancelled } from './problems';

/** A holder that has not touched its lock for this long (ms) is dead, even if another process has its pid. */
const staleAfter = 30_000;
const beat = 5_000;
const pause = 250;

/**
 * Holds a lock file while `work` runs, so that of two processes the second waits. The lock of a dead process is taken over.
 *
 * @param onWait called once if another process holds the lock
 * @throws cancelled when the signal ends the waiting
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: () => void } = {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const content = JSON.stringify({ pid: process.pid, host: hostname(), token: crypto.randomUUID() });
  let waited = false;
  while (!tryCreate(file, content)) {
    if (options.signal?.aborted === true) throw cancelled();
    if (removeStale(file)) continue;
    if (!waited) options.onWait?.();
    waited = true;
    await sleep(pause);
  }
  const heart = setInterval(() => {
    touch(file);
  }, beat);
  try {
    return await work();
  } finally {
    clearInterval(heart);
    if (read(file) === content) rmSync(file, { force: true });
  }
}

function tryCreate(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Removes a dead holder's lock, if it is still the one that was read. */
function removeStale(file: string): boolean {
  const seen = read(file);
  if (seen === undefined) return true;
  if (!isStale(file, seen)) return false;
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    throw error;
  }
  // Another process was faster and holds a new lock, which this has just moved: move it back.
  if (read(aside) !== seen) renameSync(aside, file);
  else rmSync(aside, { force: true });
  return true;
}

function isStale(file: string, content: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > staleAfter) return true;
    const { pid, host } = JSON.parse(content) as { pid: number; host: string };
    return host === hostname() && !isAlive(pid);
  } catch {
    // Being written by another process, or gone: retry.
    return false;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken over while this process slept: the work continues, and ends with an atomic rename either way.
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

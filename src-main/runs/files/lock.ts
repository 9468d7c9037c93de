import { randomBytes } from 'node:crypto';
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import { isAlive, processStart } from '../../processes/process-life';
import { isOwnFile } from './own-files';
import { notWritable } from './write-atomically';

/** The process that writes a run. */
const lockSchema = z.strictObject({
  pid: z.int(),
  host: z.string(),
  /** When the process started, as its system counts it; distinguishes a process from a later one with the same PID. Null where unknown. */
  processStarted: z.string().nullable(),
  /** Milliseconds since 1970. */
  lockedAt: z.int(),
  token: z.string(),
});
export type LockHolder = z.infer<typeof lockSchema>;

/** The right to write a run; held until `release`, or until the process is gone. */
export interface RunLock {
  release(): void;
}

/** How often the holder renews the file's time, in milliseconds; a holder on another machine that is silent for `silence` counts as dead. */
const renewal = 30_000;
const silence = 5 * 60_000;

function lockFile(run: string): string {
  return join(run, 'run.lock');
}

/**
 * Takes the write lock of a run. The lock of a process that is gone is taken over.
 * @throws CellsmithError 'run.locked' naming the holder, 'run.not-writable'
 */
export function lockRun(run: string): RunLock {
  const path = lockFile(run);
  const token = randomBytes(8).toString('hex');
  const own: LockHolder = {
    pid: process.pid,
    host: hostname(),
    processStarted: processStart(process.pid),
    lockedAt: Date.now(),
    token,
  };
  // Each round either takes the lock, throws, or removes one stale lock; losing the race twice means that other processes are active.
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(path, JSON.stringify(own))) return keep(path, token);
    const holder = lockHolder(run);
    if (holder !== undefined) throw locked(run, holder);
    removeStale(path, token);
  }
  throw locked(run, lockHolder(run));
}

/**
 * Creates a file atomically.
 * @returns false when there is one already
 * @throws CellsmithError 'run.not-writable'
 */
function create(path: string, content: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw notWritable(path, error);
  }
  try {
    writeFileSync(file, content);
    return true;
  } catch (error) {
    // An empty lock would block all processes for a while.
    rmSync(path, { force: true });
    throw notWritable(path, error);
  } finally {
    closeSync(file);
  }
}

/** The living process that writes a run; undefined when there is none. */
export function lockHolder(run: string): LockHolder | undefined {
  const path = lockFile(run);
  let text: string;
  let age: number;
  if (!isOwnFile(path, 10_000)) return undefined;
  try {
    age = Date.now() - statSync(path).mtimeMs;
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const parsed = lockSchema.safeParse(safeJson(text));
  if (!parsed.success) {
    // Another process may just be writing it; an old unreadable one is left from a crash.
    const unknown = { pid: 0, host: 'unknown', processStarted: null, lockedAt: Date.now() - age, token: '' };
    return age < 10_000 ? unknown : undefined;
  }
  return isHeld(parsed.data, age) ? parsed.data : undefined;
}

function isHeld(holder: LockHolder, age: number): boolean {
  if (holder.host !== hostname()) return age < silence;
  if (!isAlive(holder.pid)) return false;
  const started = processStart(holder.pid);
  return holder.processStarted === null || started === null || started === holder.processStarted;
}

/**
 * Moves a stale lock away before it is removed: of two processes that see the same stale lock only one moves it, and one
 * that moved the other's new lock notices and restores it.
 */
function removeStale(path: string, token: string): void {
  const aside = `${path}.${token}`;
  const before = readText(path);
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readText(aside);
  if (moved === before || before === '') rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function keep(path: string, token: string): RunLock {
  const timer = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // The folder is unavailable, briefly or for good: writing the store reports it.
    }
  }, renewal);
  timer.unref();
  return {
    release: () => {
      clearInterval(timer);
      if (lockSchema.safeParse(safeJson(readText(path))).data?.token === token) rmSync(path, { force: true });
    },
  };
}

function locked(run: string, holder: LockHolder | undefined): CellsmithError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new CellsmithError(
    'run.locked',
    `${run} is being written by ${who}: stop that search first, or wait until it ends.`,
  );
}

function readText(path: string): string {
  try {
    return isOwnFile(path, 10_000) ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

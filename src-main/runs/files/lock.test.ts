import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder';
import { lockHolder, lockRun } from './lock';

let run: string;
beforeEach(() => {
  run = temporaryFolder('cellsmith-lock-');
});
afterEach(() => rmSync(run, { recursive: true }));

const file = (): string => join(run, 'run.lock');
const write = (changes: object): void =>
  writeFileSync(
    file(),
    JSON.stringify({
      pid: process.pid,
      host: hostname(),
      processStarted: null,
      lockedAt: 1,
      token: 'other',
      ...changes,
    }),
  );
const age = (seconds: number): void => {
  const then = new Date(Date.now() - seconds * 1000);
  utimesSync(file(), then, then);
};

describe('the write lock of a run', () => {
  it('is held once, names its holder, and is free after its release', () => {
    const lock = lockRun(run);
    expect(lockHolder(run)).toMatchObject({ pid: process.pid, host: hostname() });
    expect(() => lockRun(run)).toThrow(
      expect.objectContaining({
        code: 'run.locked',
        message: expect.stringContaining(`process ${process.pid}`) as string,
      }) as Error,
    );
    lock.release();
    expect(lockHolder(run)).toBeUndefined();
    lockRun(run).release();
    expect(readdirSync(run)).toEqual([]);
  });

  it('is taken over from a process that was killed', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    write({ pid: other.pid });
    expect(() => lockRun(run)).toThrow(expect.objectContaining({ code: 'run.locked' }) as Error);
    other.kill('SIGKILL');
    await once(other, 'close');
    expect(lockHolder(run)).toBeUndefined();
    lockRun(run).release();
  });

  it('is not held by a later process with the PID of its holder', () => {
    write({ processStarted: '1' });
    expect(lockHolder(run) === undefined).toBe(existsSync('/proc/self/stat'));
  });

  it('is held by another machine as long as that renews it', () => {
    write({ host: 'elsewhere', pid: 1 });
    expect(lockHolder(run)).toMatchObject({ host: 'elsewhere' });
    age(6 * 60);
    expect(lockHolder(run)).toBeUndefined();
    lockRun(run).release();
  });

  it('does not mistake a file being written for the leftover of a crash', () => {
    writeFileSync(file(), '');
    expect(() => lockRun(run)).toThrow(expect.objectContaining({ code: 'run.locked' }) as Error);
    age(60);
    lockRun(run).release();
  });

  it('does not remove a lock that is no longer its own', () => {
    const lock = lockRun(run);
    write({ token: 'somebody' });
    lock.release();
    expect(readFileSync(file(), 'utf8')).toContain('somebody');
  });
});

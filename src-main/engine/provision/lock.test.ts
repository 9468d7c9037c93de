import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { withLock } from './provision';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-lock-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((settle) => child.once('close', settle));
  if (child.pid === undefined) throw new Error('it never ran');
  return child.pid;
}

describe('the lock of an installation', () => {
  it('is held by one process at a time, and the others learn that they wait', async () => {
    const file = join(folder, 'busy');
    let inside = 0;
    let most = 0;
    let waits = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      // The others have found the lock taken.
      await vi.waitUntil(() => waits === 2, 20_000);
      inside--;
    };
    const onWait = (): void => {
      waits++;
    };
    await Promise.all([1, 2, 3].map(() => withLock(file, work, { onWait })));
    expect([most, waits]).toEqual([1, 2]);
    expect(readdirSync(folder).filter((name) => name.startsWith('busy'))).toEqual([]);
  });

  it('is released when the work fails', async () => {
    const file = join(folder, 'failing');
    await expect(withLock(file, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over from a process that has died', async () => {
    const file = join(folder, 'dead');
    writeFileSync(file, JSON.stringify({ pid: await deadProcess(), host: hostname(), token: 'theirs' }));
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('is taken over if it has not been touched for long, even if its pid is alive', async () => {
    const file = join(folder, 'silent');
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: 'another', token: 'theirs' }));
    const past = new Date(Date.now() - 60_000);
    utimesSync(file, past, past);
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('is waited for while its holder lives, until the caller gives up', async () => {
    const file = join(folder, 'alive');
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname(), token: 'theirs' }));
    const controller = new AbortController();
    const onWait = (): void => controller.abort();
    await expect(
      withLock(file, () => Promise.resolve(), { signal: controller.signal, onWait }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(existsSync(file)).toBe(true);
  });
});

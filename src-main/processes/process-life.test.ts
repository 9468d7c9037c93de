import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAlive, processStart } from './process-life';

it('a process lives until it has ended', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(other, 'spawn');
  const { pid = 0 } = other;
  expect([isAlive(process.pid), isAlive(pid)]).toEqual([true, true]);
  other.kill('SIGKILL');
  await once(other, 'close');
  expect(isAlive(pid)).toBe(false);
});

it.runIf(process.platform === 'linux')(
  'one that has ended is dead, though its parent does not ask about it',
  async () => {
    // The shell becomes a program that asks about no child, long before its own has ended: it would ask about that.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60']);
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(said.toString());
      await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
      // It is still in the table of processes.
      expect(processStart(pid)).toMatch(/^\d+$/);
      expect(process.kill(pid, 0)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  },
);

import { readFileSync } from 'node:fs';

/**
 * Whether there is a process of this number on this machine that still does something. One that has ended and that its parent has not
 * asked about (a zombie) does not: in containers without an init it stays for as long as they run.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return statFields(pid)?.[0] !== 'Z';
}

/** When a process started, in clock ticks since the machine did; null on systems without /proc. */
export function processStart(pid: number): string | null {
  return statFields(pid)?.[19] ?? null;
}

/** The fields of /proc/<pid>/stat from the third on, the state; undefined on systems without it. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

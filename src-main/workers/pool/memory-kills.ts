import { readFileSync } from 'node:fs';

/** Where Linux counts the processes that it ended for lack of memory: of the control group, then of the whole system. */
const counters = [
  ['/sys/fs/cgroup/memory.events', /^oom_kill (\d+)$/m],
  ['/proc/vmstat', /^oom_kill (\d+)$/m],
] as const;

/** How many processes the system has ended for lack of memory so far; 0 where it does not say. */
export function memoryKills(): number {
  return counters.reduce((total, [file, pattern]) => total + count(file, pattern), 0);
}

function count(file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    // Another system, or a container that hides it.
    return 0;
  }
}

import { type ChildProcess, spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RunEvent, runEventSchema } from '../../../src-shared/run/run-event';

/** `cellsmith search --json` as a process, followed event by event. */
export interface SearchProcess {
  readonly pid: number;
  /** Null while it runs; its code, or -1 when a signal ended it. */
  readonly code: () => number | null;
  readonly ended: Promise<void>;
  readonly stderr: () => string;
}

/** @param hear is called with each event */
export function startSearch(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  hear: (event: RunEvent) => void,
): SearchProcess {
  const child: ChildProcess = spawn(process.execPath, [program, 'search', '--json', ...parameters], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = runEventSchema.safeParse(parsed(line));
      // The last line of a killed program may be cut off.
      if (event.success) hear(event.data);
    });
  return {
    pid: child.pid ?? 0,
    code: () => (child.signalCode === null ? child.exitCode : -1),
    ended: once(child, 'close').then(() => undefined),
    stderr: () => stderr,
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The child processes of a process, from Linux's /proc. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => {
      try {
        const stat = readFileSync(`/proc/${other}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });
}

/**
 * The environment that slows down a program's disk. Linux only, with a C compiler.
 * @param source absolute path of slow-disk.c
 * @param folder gets the compiled library
 * @param longest pause around each operation on a temporary file, in milliseconds
 */
export function slowDisk(source: string, folder: string, longest: number): Record<string, string> {
  const library = join(folder, 'slow-disk.so');
  const compiler = process.env['CC'] ?? 'cc';
  execFileSync(compiler, ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  return { LD_PRELOAD: library, CELLSMITH_SLOW_DISK: String(Math.round(1000 * longest)) };
}

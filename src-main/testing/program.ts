import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';

/** The command-line program as a process. */
export interface RunningProgram {
  readonly process: ChildProcess;
  /** Its output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until its standard output matches. @throws when it ends before */
  sees(pattern: RegExp): Promise<void>;
  /** Waits for its end. */
  ended(): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

export function startProgram(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  programs: string = inject('programs'),
): RunningProgram {
  const child = spawn(process.execPath, [join(programs, 'cli.js'), ...parameters], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close');
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    sees: async (pattern) => {
      while (!pattern.test(stdout)) {
        const more = await Promise.race([
          once(child.stdout, 'data').then(() => true),
          closed.then(() => false),
        ]);
        if (!more && !pattern.test(stdout)) throw new Error(`ended without ${pattern}:\n${stdout}${stderr}`);
      }
    },
    ended: async () => {
      await closed;
      return { code: child.exitCode, stdout, stderr };
    },
  };
}

/** Runs the program to its end. */
export function runProgram(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ReturnType<RunningProgram['ended']> {
  return startProgram(parameters, environment).ended();
}

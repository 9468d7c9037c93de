import { spawn } from 'node:child_process';
import { throwIfCancelled } from '../problems';

/** How a program ended, and what it wrote. */
export interface ProcessResult {
  /** The exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell and waits for it.
 *
 * @param options.signal stops it: politely, after two seconds forcibly. The promise settles when it is gone.
 * @returns undefined when there is no such program
 * @throws cancelled when the signal stopped it
 */
export async function runProcess(
  command: string,
  parameters: readonly string[],
  options: {
    readonly environment?: NodeJS.ProcessEnv;
    readonly directory?: string;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<ProcessResult | undefined> {
  const { environment = process.env, directory, signal } = options;
  throwIfCancelled(signal);
  const child = spawn(command, parameters, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    ...(directory === undefined ? {} : { cwd: directory }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), 2000);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise<number | null | undefined>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        // ENOENT and EACCES: no such program, or it is not one.
        if (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'ENOTDIR')
          resolve(undefined);
        else reject(error);
      });
      child.once('close', resolve);
    });
    throwIfCancelled(signal);
    return code === undefined ? undefined : { code: code ?? undefined, stdout, stderr };
  } finally {
    clearTimeout(force);
    signal?.removeEventListener('abort', stop);
  }
}

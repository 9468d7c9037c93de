import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { compilerMissing, pipMissing, pythonMissing, unsupportedMachine, throwIfCancelled } from './problems';
import type { Machine } from './wheels';

/** The machine that this process runs on. @throws engine.provisioning when no TensorFlow runs on it */
export function thisMachine(): Machine {
  const machine: Machine = `${process.platform}-${process.arch}`;
  if (machine === 'darwin-x64')
    throw unsupportedMachine('macOS on Intel', 'TensorFlow is no longer built for it');
  if (process.platform === 'linux') {
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    const [major = 0, minor = 0] = (header.glibcVersionRuntime ?? '').split('.').map(Number);
    if (header.glibcVersionRuntime === undefined)
      throw unsupportedMachine('this Linux', 'its C library is not glibc, which TensorFlow needs');
    if (major < 2 || (major === 2 && minor < 27))
      throw unsupportedMachine(
        'this Linux',
        `its glibc is ${header.glibcVersionRuntime} and TensorFlow needs 2.27`,
      );
  }
  return machine;
}

/** Files of an NVIDIA driver on Linux; the last is Windows' driver under WSL. */
const driverFiles = [
  '/proc/driver/nvidia/version',
  '/usr/lib/x86_64-linux-gnu/libcuda.so.1',
  '/usr/lib64/libcuda.so.1',
  '/usr/lib/libcuda.so.1',
  '/usr/lib/wsl/lib/libcuda.so.1',
];

/** Whether an NVIDIA driver is installed. */
export function hasNvidiaDriver(
  searchPath = process.env['PATH'] ?? '',
  files: readonly string[] = driverFiles,
): boolean {
  return (
    files.some((file) => existsSync(file)) ||
    searchPath.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, 'nvidia-smi')))
  );
}

/**
 * The command of a Python that has pip.
 * @throws engine.provisioning when there is no Python 3.9 or newer, or none with pip
 */
export async function findPythonWithPip(signal?: AbortSignal): Promise<string> {
  let withoutPip: string | undefined;
  for (const python of process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python']) {
    const version = await runProcess(python, ['-c', 'import sys; print(*sys.version_info[:2])'], { signal });
    const [major = 0, minor = 0] = (version?.code === 0 ? version.stdout : '').trim().split(' ').map(Number);
    if (major !== 3 || minor < 9) continue;
    const pip = await runProcess(python, ['-m', 'pip', '--version'], { signal });
    if (pip?.code === 0) return python;
    withoutPip ??= python;
  }
  throw withoutPip === undefined ? pythonMissing() : pipMissing(withoutPip);
}

/**
 * The command of a C++ compiler, with its first parameters: CXX, else c++, g++ or clang++.
 * @throws engine.provisioning when there is none
 */
export async function findCompiler(signal?: AbortSignal): Promise<readonly [string, ...string[]]> {
  const chosen = (process.env['CXX'] ?? '').split(' ').filter((word) => word !== '');
  for (const [command, ...parameters] of [chosen, ['c++'], ['g++'], ['clang++']]) {
    if (command === undefined) continue;
    const version = await runProcess(command, [...parameters, '--version'], { signal });
    if (version?.code === 0) return [command, ...parameters];
  }
  throw compilerMissing();
}

/** How a program ended, and what it wrote. */
interface ProcessResult {
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

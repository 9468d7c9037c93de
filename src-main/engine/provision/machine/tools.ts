import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { compilerMissing, pipMissing, pythonMissing, unsupportedMachine } from '../problems';
import type { Machine } from '../wheels';
import { runProcess } from './run-process';

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

import { bytes } from '../../../src-shared/format';
import { CellsmithError } from '../../../src-shared/errors';

/**
 * Why the engine cannot be installed, each as one sentence that says what to do.
 * Every one is an `engine.provisioning` error; the technical detail is its cause.
 */
function problem(sentence: string, cause?: unknown): CellsmithError {
  return new CellsmithError('engine.provisioning', sentence, cause === undefined ? undefined : { cause });
}

/** Installation commands for common systems. */
function install(debian: string, fedora: string, macos: string): string {
  return `\`sudo apt install ${debian}\` on Debian and Ubuntu, \`sudo dnf install ${fedora}\` on Fedora, \`${macos}\` on macOS`;
}

export function unsupportedMachine(machine: string, reason: string): CellsmithError {
  return problem(
    `The training engine cannot be installed on ${machine}: ${reason}. It runs on Linux (x64 and arm64), macOS 12 or newer (Apple silicon) and Windows (x64).`,
  );
}

export function noCudaRelease(machine: string): CellsmithError {
  return problem(`There is no TensorFlow with CUDA for ${machine}: use the variant 'cpu' there.`);
}

export function pythonMissing(): CellsmithError {
  return problem(
    `Python 3.9 or newer is needed to fetch TensorFlow and is not found: install it with ${install('python3 python3-pip', 'python3 python3-pip', 'brew install python3')}, and try again.`,
  );
}

export function pipMissing(python: string): CellsmithError {
  return problem(
    `Python's installer pip is needed to fetch TensorFlow and ${python} has none: install it with ${install('python3-pip', 'python3-pip', 'python3 -m ensurepip')}, and try again.`,
  );
}

export function compilerMissing(): CellsmithError {
  return problem(
    `A C++ compiler is needed to build the engine's binding and is not found: install one with ${install('g++', 'gcc-c++', 'xcode-select --install')}, or name one in CXX, and try again.`,
  );
}

export function compilerFailed(compiler: string, output: string): CellsmithError {
  return problem(
    `The C++ compiler ${compiler} cannot build the engine's binding: install or repair it with ${install('g++', 'gcc-c++', 'xcode-select --install')}, or name another one in CXX, and try again.`,
    output,
  );
}

export function diskFull(directory: string, needed: number, free: number | undefined): CellsmithError {
  const found = free === undefined ? 'has less' : `has ${bytes(free)}`;
  return problem(
    `The training engine needs ${bytes(needed)} of free disk space in ${directory}, which ${found}: free some, or name another folder in CELLSMITH_CACHE, and try again.`,
  );
}

export function folderNotWritable(directory: string, cause: unknown): CellsmithError {
  return problem(
    `The folder ${directory} cannot be written: make it writable, or name another one in CELLSMITH_CACHE, and try again.`,
    cause,
  );
}

export function networkFailed(requirement: string, output: string): CellsmithError {
  return problem(
    `${requirement} could not be downloaded: check the network connection (and the proxy, if there is one) and try again, or give a wheel that was downloaded elsewhere with --wheel.`,
    output,
  );
}

export function downloadFailed(requirement: string, output: string): CellsmithError {
  const last = output.trim().split('\n').at(-1) ?? '';
  return problem(`pip could not download ${requirement}: ${last}`, output);
}

export function wrongHash(what: string, source: 'download' | 'file'): CellsmithError {
  return problem(
    source === 'download'
      ? `${what} is not the file that was published, so it was not used: try again, and distrust the network or the package mirror when it happens twice.`
      : `${what} is damaged, or not the wheel that the engine is built on, so it was not used: download it again.`,
  );
}

export function wheelMissing(path: string): CellsmithError {
  return problem(`The wheel ${path} does not exist or cannot be read: give the path of a downloaded wheel.`);
}

export function wheelDamaged(file: string, cause: unknown): CellsmithError {
  return problem(`${file} cannot be unpacked: try again, and check the disk when it happens twice.`, cause);
}

export function doesNotLoad(detail: string): CellsmithError {
  return problem(
    `TensorFlow was installed but does not work on this machine: ${detail}. It needs a CPU with AVX and, on Linux, glibc 2.27 or newer.`,
  );
}

export function windowsPythonMissing(): CellsmithError {
  return problem(
    'On Windows the engine needs Python 3.11, because TensorFlow links to it: install it with `winget install Python.Python.3.11`, and try again.',
  );
}

export function windowsCompilerMissing(): CellsmithError {
  return problem(
    'A C++ compiler is needed to build the engine’s binding and is not found: install it with `winget install Microsoft.VisualStudio.2022.BuildTools --override "--add Microsoft.VisualStudio.Workload.VCTools"`, start again from its x64 Native Tools prompt.',
  );
}

export function cancelled(): CellsmithError {
  return new CellsmithError(
    'cancelled',
    'Installing the training engine was cancelled; everything was removed.',
  );
}

/** @throws cancelled if the signal is aborted */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled();
}

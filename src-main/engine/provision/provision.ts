import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CellsmithError } from '../../../src-shared/errors';
import { bindingVersion, compileKernels } from './compile';
import { sha256 } from './download';
import { installRelease, makeFolder, type GivenWheel } from './install';
import {
  cacheDirectory,
  currentInstallation,
  isChecked,
  recordInstallation,
  type EngineInstallation,
  type EngineVariant,
} from './installation';
import { hasNvidiaDriver, thisMachine } from './machine';
import { probeInstallation } from './report';
import { noCudaRelease, unsupportedMachine, wheelMissing, wrongHash, cancelled } from './problems';
import { progressReporter, type ProgressReporter, type ProvisioningProgress } from './progress';
import { findRelease, tensorflowVersion, type EngineRelease } from './wheels';
import { isAlive } from '../../processes/process-life';

interface ProvisioningOptions {
  readonly onProgress?: (progress: ProvisioningProgress) => void;
  /** Stops at once; nothing is left behind. */
  readonly signal?: AbortSignal;
  /** A downloaded TensorFlow wheel to install from; for CUDA, with the nvidia wheels in its folder. */
  readonly wheel?: string;
  /** The cache folder; see `cacheDirectory`. */
  readonly cacheDirectory?: string;
  /** By default the installed one; for a new installation CUDA if there is an NVIDIA driver. */
  readonly variant?: EngineVariant;
  /** Reinstalls; the present installation stays in use until the new one works. */
  readonly reinstall?: boolean;
  /** The release to install instead of this version's for the machine; `wheel` may be its first wheel. */
  readonly release?: EngineRelease;
}

/**
 * Ensures that the training engine is installed and works. An installation that loads is kept; otherwise TensorFlow's wheel is
 * downloaded, verified and unpacked, and the binding compiled, loaded and tested. The next call resumes an interrupted installation;
 * of two concurrent calls the second waits for the first.
 *
 * @throws engine.provisioning with one sentence that says what to do; cancelled
 */
export async function provisionEngine(options: ProvisioningOptions = {}): Promise<EngineInstallation> {
  const cache = resolve(options.cacheDirectory ?? cacheDirectory());
  const progress = progressReporter(options.onProgress);
  const { signal } = options;
  progress.start('checking');
  const find = async (): Promise<EngineInstallation | undefined> =>
    options.reinstall === true ? undefined : workingInstallation(cache, options, progress);
  const present = await find();
  if (present !== undefined) return present;

  makeFolder(join(cache, 'engine'));
  return withLock(
    join(cache, 'engine', 'lock'),
    async () => (await find()) ?? (await install(cache, options, progress)),
    {
      signal,
      onWait: () => {
        progress.start('waiting');
      },
    },
  );
}

/** The current installation, if it is of the wanted variant and loads in this Node or Electron. */
async function workingInstallation(
  cache: string,
  { variant, signal }: ProvisioningOptions,
  progress: ProgressReporter,
): Promise<EngineInstallation | undefined> {
  const installation = currentInstallation(cache);
  if (
    installation === undefined ||
    (variant !== undefined && installation.variant !== variant) ||
    installation.tensorflow !== tensorflowVersion ||
    installation.binding !== bindingVersion()
  )
    return undefined;
  await compileKernels(installation.directory, signal);
  if (isChecked(cache, installation)) return installation;
  progress.start('verifying');
  if ('failure' in (await probeInstallation(installation, { signal }))) return undefined;
  recordInstallation(cache, installation);
  return installation;
}

async function install(
  cache: string,
  options: ProvisioningOptions,
  progress: ProgressReporter,
): Promise<EngineInstallation> {
  progress.start('checking');
  const given = options.wheel === undefined ? undefined : await readGivenWheel(options.wheel, options.signal);
  const release = options.release ?? chooseRelease(options.variant, given);
  return installRelease(release, cache, { progress, given, signal: options.signal });
}

function chooseRelease(variant: EngineVariant | undefined, given: GivenWheel | undefined): EngineRelease {
  const machine = thisMachine();
  const cpu = findRelease(machine, 'cpu');
  if (cpu === undefined) throw unsupportedMachine(machine, 'there is no TensorFlow for it');
  const cuda = findRelease(machine, 'cuda');
  if (given !== undefined) {
    const matching = [cpu, cuda].find((release) => release?.wheels[0]?.sha256 === given.sha256);
    if (matching === undefined || (variant !== undefined && matching.variant !== variant))
      throw wrongHash(given.path, 'file');
    return matching;
  }
  if (variant === 'cuda' && cuda === undefined) throw noCudaRelease(machine);
  return cuda !== undefined && (variant === 'cuda' || (variant === undefined && hasNvidiaDriver()))
    ? cuda
    : cpu;
}

async function readGivenWheel(path: string, signal?: AbortSignal): Promise<GivenWheel> {
  try {
    return { path: resolve(path), sha256: await sha256(path, signal) };
  } catch (error) {
    if (error instanceof CellsmithError) throw error;
    throw wheelMissing(path);
  }
}

/** A holder that has not touched its lock for this long (ms) is dead, even if another process has its pid. */
const staleAfter = 30_000;
const beat = 5_000;
const pause = 250;

/**
 * Holds a lock file while `work` runs, so that of two processes the second waits. The lock of a dead process is taken over.
 *
 * @param onWait called once if another process holds the lock
 * @throws cancelled when the signal ends the waiting
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: () => void } = {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const content = JSON.stringify({ pid: process.pid, host: hostname(), token: crypto.randomUUID() });
  let waited = false;
  while (!tryCreate(file, content)) {
    if (options.signal?.aborted === true) throw cancelled();
    if (removeStale(file)) continue;
    if (!waited) options.onWait?.();
    waited = true;
    await sleep(pause);
  }
  const heart = setInterval(() => {
    touch(file);
  }, beat);
  try {
    return await work();
  } finally {
    clearInterval(heart);
    if (read(file) === content) rmSync(file, { force: true });
  }
}

function tryCreate(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Removes a dead holder's lock, if it is still the one that was read. */
function removeStale(file: string): boolean {
  const seen = read(file);
  if (seen === undefined) return true;
  if (!isStale(file, seen)) return false;
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    throw error;
  }
  // Another process was faster and holds a new lock, which this has just moved: move it back.
  if (read(aside) !== seen) renameSync(aside, file);
  else rmSync(aside, { force: true });
  return true;
}

function isStale(file: string, content: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > staleAfter) return true;
    const { pid, host } = JSON.parse(content) as { pid: number; host: string };
    return host === hostname() && !isAlive(pid);
  } catch {
    // Being written by another process, or gone: retry.
    return false;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken over while this process slept: the work continues, and ends with an atomic rename either way.
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

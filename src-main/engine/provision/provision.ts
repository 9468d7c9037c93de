import { join, resolve } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';
import { bindingVersion } from './compile';
import { compileKernels } from './compile-kernels';
import { sha256 } from './download';
import { installRelease, makeFolder } from './install';
import type { GivenWheel } from './install';
import { cacheDirectory, currentInstallation, isChecked, recordInstallation } from './installation';
import type { EngineInstallation, EngineVariant } from './installation';
import { withLock } from './lock';
import { hasNvidiaDriver, thisMachine } from './machine/tools';
import { probeInstallation } from './probe';
import { noCudaRelease, unsupportedMachine, wheelMissing, wrongHash } from './problems';
import { progressReporter } from './progress';
import type { ProgressReporter, ProvisioningProgress } from './progress';
import { findRelease, tensorflowVersion } from './wheels';
import type { EngineRelease } from './wheels';

export interface ProvisioningOptions {
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

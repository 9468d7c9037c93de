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
  /** A downloaded TensorFlow wheel to install from; for CUDA, the nvidia wheels beside it are taken too. */
  readonly wheel?: string;
  /** The product's cache folder; see `cacheDirectory`. */
  readonly cacheDirectory?: string;
  /** By default what is installed; for a new installation CUDA where there is an NVIDIA driver. */
  readonly variant?: EngineVariant;
  /** Installs whatever is there already; that stays in use until the new installation works. */
  readonly anew?: boolean;
  /** What to install, in place of this version's own release for the machine; its first wheel may be the one of `wheel`. */
  readonly release?: EngineRelease;
}

/**
 * Makes sure that the training engine is installed and works, and does nothing more: what is there and loads is taken;
 * else TensorFlow's wheel is downloaded, checked, unpacked, and the binding compiled, loaded and tried.
 * An interrupted installation is taken up by the next call; of two calls at once, the second waits for the first.
 *
 * @throws engine.provisioning with one sentence that says what to do; cancelled
 */
export async function provisionEngine(options: ProvisioningOptions = {}): Promise<EngineInstallation> {
  const cache = resolve(options.cacheDirectory ?? cacheDirectory());
  const progress = progressReporter(options.onProgress);
  const { signal } = options;
  progress.start('checking');
  const find = async (): Promise<EngineInstallation | undefined> =>
    options.anew === true ? undefined : workingInstallation(cache, options, progress);
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

/** The installation in use, when it is what is wanted and loads in this Node or Electron. */
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

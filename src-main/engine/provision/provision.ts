import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';
import { bindingVersion, compileBinding } from './compile';
import { downloadWheel, sha256 } from './download';
import { extractWheel } from './extract';
import { cacheDirectory, currentInstallation, isChecked, recordInstallation } from './installation';
import type { EngineInstallation, EngineVariant } from './installation';
import { withLock } from './lock';
import { findCompiler, findPythonWithPip, hasNvidiaDriver, thisMachine } from './machine/tools';
import { probeInstallation } from './probe';
import {
  cancelled,
  diskFull,
  doesNotLoad,
  folderNotWritable,
  noCudaRelease,
  unsupportedMachine,
  wheelMissing,
  wrongHash,
} from './problems';
import { progressReporter } from './progress';
import type { ProgressReporter, ProvisioningProgress } from './progress';
import { downloadBytes, findRelease, tensorflowVersion } from './wheels';
import type { EngineRelease, Wheel } from './wheels';

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
  const present = await workingInstallation(cache, options, progress);
  if (present !== undefined) return present;

  makeFolder(join(cache, 'engine'));
  return withLock(
    join(cache, 'engine', 'lock'),
    async () =>
      (await workingInstallation(cache, options, progress)) ?? (await install(cache, options, progress)),
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
  const { signal } = options;
  const root = join(cache, 'engine');
  progress.start('checking');
  const given = options.wheel === undefined ? undefined : await readGivenWheel(options.wheel, signal);
  const release = chooseRelease(options.variant, given);
  const name = `tensorflow-${release.tensorflow}-${release.variant}`;
  const final = join(root, name);
  const work = join(root, `${name}.partial`);
  const wheels = join(root, 'wheels');
  try {
    rmSync(work, { recursive: true, force: true });
    makeFolder(work);
    makeFolder(wheels);
    // Everything that can be missing is looked for before the long download.
    if (process.platform !== 'win32') await findCompiler(signal);
    const found = await findWheels(release, given, wheels, signal);
    checkDisk(root, release);
    const paths = await downloadMissing(release, found, wheels, progress, signal);
    await extractAll(release, paths, work, progress, signal);
    progress.start('compiling');
    const bindingPath = await compileBinding(work, release, signal);
    progress.start('verifying');
    const made = describeInstallation(work, release, bindingPath);
    const probed = await probeInstallation(made, { signal });
    if ('failure' in probed) throw doesNotLoad(probed.failure);
    rmSync(final, { recursive: true, force: true });
    renameSync(work, final);
    const installation = describeInstallation(final, release, join(final, relative(work, bindingPath)));
    recordInstallation(cache, installation);
    rmSync(wheels, { recursive: true, force: true });
    removeOldVersions(root);
    return installation;
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    // After a failure the complete wheels stay, so that the next try does not download them again.
    if (signal?.aborted === true) {
      rmSync(wheels, { recursive: true, force: true });
      throw cancelled();
    }
    throw error;
  }
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

interface GivenWheel {
  readonly path: string;
  readonly sha256: string;
}

async function readGivenWheel(path: string, signal?: AbortSignal): Promise<GivenWheel> {
  try {
    return { path: resolve(path), sha256: await sha256(path, signal) };
  } catch (error) {
    if (error instanceof CellsmithError) throw error;
    throw wheelMissing(path);
  }
}

/** The wheels that need no download: given, beside the given one, or left by an earlier try. */
async function findWheels(
  release: EngineRelease,
  given: GivenWheel | undefined,
  kept: string,
  signal?: AbortSignal,
): Promise<Map<Wheel, string>> {
  const found = new Map<Wheel, string>();
  for (const wheel of release.wheels) {
    if (wheel.sha256 === given?.sha256) {
      found.set(wheel, given.path);
      continue;
    }
    for (const folder of given === undefined ? [kept] : [dirname(given.path), kept]) {
      if (!readdirSync(folder).includes(wheel.file)) continue;
      const path = join(folder, wheel.file);
      if ((await sha256(path, signal)) !== wheel.sha256) continue;
      found.set(wheel, path);
      break;
    }
  }
  return found;
}

async function downloadMissing(
  release: EngineRelease,
  found: ReadonlyMap<Wheel, string>,
  wheels: string,
  progress: ProgressReporter,
  signal?: AbortSignal,
): Promise<string[]> {
  const missing = release.wheels.filter((wheel) => !found.has(wheel));
  const python = missing.length > 0 ? await findPythonWithPip(signal) : '';
  if (missing.length > 0) progress.start('downloading', downloadBytes({ ...release, wheels: missing }));
  const paths: string[] = [];
  let before = 0;
  for (const wheel of release.wheels) {
    const path =
      found.get(wheel) ??
      (await downloadWheel(python, wheel, wheels, {
        onBytes: (done) => {
          progress.advance(before + done);
        },
        signal,
      }));
    if (!found.has(wheel)) before += wheel.bytes;
    paths.push(path);
  }
  return paths;
}

async function extractAll(
  release: EngineRelease,
  paths: readonly string[],
  work: string,
  progress: ProgressReporter,
  signal?: AbortSignal,
): Promise<void> {
  for (const path of paths) {
    let begun = false;
    await extractWheel(path, work, release.libraries, {
      onBytes: (done, total) => {
        if (!begun) progress.start('extracting', total);
        begun = true;
        progress.advance(done);
      },
      signal,
    });
  }
}

function describeInstallation(
  directory: string,
  release: EngineRelease,
  bindingPath: string,
): EngineInstallation {
  const nvidia = join(directory, 'nvidia');
  return {
    directory,
    variant: release.variant,
    tensorflow: release.tensorflow,
    binding: bindingVersion(),
    bindingPath,
    libraryPaths:
      release.variant === 'cuda'
        ? readdirSync(nvidia)
            .sort()
            .map((part) => join(nvidia, part, 'lib'))
        : [],
  };
}

function checkDisk(root: string, release: EngineRelease): void {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < release.diskBytes) throw diskFull(root, release.diskBytes, bavail * bsize);
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    const trial = join(directory, `.writable-${process.pid}`);
    writeFileSync(trial, '');
    rmSync(trial);
  } catch (error) {
    throw folderNotWritable(directory, error);
  }
}

/** Engines of earlier versions of the product, and their half-made folders. */
function removeOldVersions(root: string): void {
  for (const name of readdirSync(root))
    if (basename(name).startsWith('tensorflow-') && !name.startsWith(`tensorflow-${tensorflowVersion}-`))
      rmSync(join(root, name), { recursive: true, force: true });
}

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bindingVersion, compileBinding, compileKernels } from './compile';
import { downloadWheel, sha256, extractWheel, wantedBytes } from './download';
import { recordInstallation, type EngineInstallation } from './installation';
import { findCompiler, findPythonWithPip } from './machine';
import { probeInstallation } from './report';
import { cancelled, diskFull, doesNotLoad, folderNotWritable } from './problems';
import type { ProgressReporter } from './progress';
import { downloadBytes, tensorflowVersion, type EngineRelease, type Wheel } from './wheels';

/** A wheel that the user has downloaded, and its hash. */
export interface GivenWheel {
  readonly path: string;
  readonly sha256: string;
}

/**
 * Installs a release into the cache, reusing what an interrupted try has left, and makes it the current installation.
 * Works under `.partial` names and renames at the end, so that a process killed at any time leaves no broken installation.
 *
 * @throws engine.provisioning; cancelled, which removes everything
 */
export async function installRelease(
  release: EngineRelease,
  cache: string,
  options: {
    readonly progress: ProgressReporter;
    readonly given?: GivenWheel | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<EngineInstallation> {
  const { progress, given, signal } = options;
  const root = join(cache, 'engine');
  const name = `tensorflow-${release.tensorflow}-${release.variant}`;
  const final = join(root, name);
  const work = join(root, `${name}.partial`);
  const wheels = join(root, 'wheels');
  try {
    rmSync(work, { recursive: true, force: true });
    makeFolder(work);
    makeFolder(wheels);
    // Checks prerequisites before the long download.
    if (process.platform !== 'win32') await findCompiler(signal);
    const found = await findWheels(release, given, wheels, signal);
    requireDiskSpace(root, release.diskBytes);
    const paths = await downloadMissing(release, found, wheels, progress, signal);
    await extractAll(release, paths, work, progress, signal);
    progress.start('compiling');
    const bindingPath = await compileBinding(work, release, signal);
    await compileKernels(work, signal);
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

/** The wheels that need no download: given, in the same folder, or left by an earlier try. */
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
  const sizes = await Promise.all(paths.map((path) => wantedBytes(path, release.libraries)));
  progress.start(
    'extracting',
    sizes.reduce((sum, size) => sum + size, 0),
  );
  let before = 0;
  for (const [i, path] of paths.entries()) {
    await extractWheel(path, work, release.libraries, {
      onBytes: (done) => {
        progress.advance(before + done);
      },
      signal,
    });
    before += sizes[i] ?? 0;
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
            .filter((folder) => existsSync(folder))
        : [],
  };
}

/** @throws engine.provisioning if the folder's disk has less free space, in bytes */
export function requireDiskSpace(directory: string, needed: number): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < needed) throw diskFull(directory, needed, bavail * bsize);
}

/** Creates a writable folder. @throws engine.provisioning */
export function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    const trial = join(directory, `.writable-${process.pid}`);
    writeFileSync(trial, '');
    rmSync(trial);
  } catch (error) {
    throw folderNotWritable(directory, error);
  }
}

/** Removes engines of earlier versions, and their partial folders. */
function removeOldVersions(root: string): void {
  for (const name of readdirSync(root))
    if (name.startsWith('tensorflow-') && !name.startsWith(`tensorflow-${tensorflowVersion}-`))
      rmSync(join(root, name), { recursive: true, force: true });
}

import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { kernelFlags, kernelLibrary, kernelSources, supportsKernels } from '../kernels/kernels';
import { compileLibrary } from './compile';
import { throwIfCancelled } from './problems';

/**
 * Compiles the custom kernels into an engine that lacks them, if this machine supports them (some seconds). The engine works
 * without them, more slowly, so a missing or failing compiler is not an error.
 *
 * @param directory of the installation
 * @throws cancelled
 */
export async function compileKernels(directory: string, signal?: AbortSignal): Promise<void> {
  const output = kernelLibrary(directory);
  if (!supportsKernels() || existsSync(output)) return;
  const scratch = mkdtempSync(join(tmpdir(), 'cellsmith-kernels-'));
  const partial = `${output}.${process.pid}.partial`;
  try {
    for (const [name, text] of Object.entries(kernelSources)) writeFileSync(join(scratch, name), text);
    const sources = Object.keys(kernelSources).filter((name) => name.endsWith('.cc'));
    await compileLibrary(
      [
        ...kernelFlags,
        `-I${join(directory, 'tensorflow', 'include')}`,
        ...sources.map((name) => join(scratch, name)),
        join(directory, 'tensorflow', 'libtensorflow_framework.so.2'),
      ],
      partial,
      signal,
    );
    renameSync(partial, output);
    removeOld(output);
  } catch {
    throwIfCancelled(signal);
  } finally {
    rmSync(partial, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Other versions of the kernels that are kept, since other versions of the application may share the engine. */
const keptVersions = 3;

/** Removes the libraries of all but the newest other versions. */
function removeOld(current: string): void {
  const others = readdirSync(dirname(current))
    .filter((name) => /^cellsmith_kernels-[0-9a-f]+\.node$/.test(name) && name !== basename(current))
    .map((name) => join(dirname(current), name))
    .map((path) => ({ path, written: statSync(path).mtimeMs }))
    .sort((a, b) => b.written - a.written);
  for (const { path } of others.slice(keptVersions)) rmSync(path, { force: true });
}

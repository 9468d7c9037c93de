import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { kernelsFile, kernelSources, runsKernels } from '../kernels/kernels';
import { compileLibrary } from './compile';
import { throwIfCancelled } from './problems';

/**
 * Compiles the product's own kernels into an engine where they run and are missing (some seconds). The engine works without them,
 * more slowly: a compiler that is missing or fails is no error.
 *
 * @param directory of the installation
 * @throws cancelled
 */
export async function compileKernels(directory: string, signal?: AbortSignal): Promise<void> {
  const output = kernelsFile(directory);
  if (!runsKernels() || existsSync(output)) return;
  const scratch = mkdtempSync(join(tmpdir(), 'cellsmith-kernels-'));
  const partial = `${output}.${process.pid}.partial`;
  try {
    for (const [name, text] of Object.entries(kernelSources)) writeFileSync(join(scratch, name), text);
    const sources = Object.keys(kernelSources).filter((name) => name.endsWith('.cc'));
    await compileLibrary(
      [
        '-O3',
        '-mavx2',
        '-mfma',
        '-pthread',
        `-I${join(directory, 'tensorflow', 'include')}`,
        ...sources.map((name) => join(scratch, name)),
        join(directory, 'tensorflow', 'libtensorflow_framework.so.2'),
      ],
      partial,
      signal,
    );
    renameSync(partial, output);
    removeOthers(output);
  } catch {
    throwIfCancelled(signal);
  } finally {
    rmSync(partial, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Those of earlier versions of the product. */
function removeOthers(current: string): void {
  for (const name of readdirSync(dirname(current)))
    if (/^cellsmith_kernels-[0-9a-f]+\.node$/.test(name) && name !== basename(current))
      rmSync(join(dirname(current), name));
}

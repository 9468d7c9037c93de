import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

const files = import.meta.glob<string>('./**/*.{cc,h}', { query: '?raw', import: 'default', eager: true });

/**
 * The custom kernels: C++ sources by file name, compiled when the engine is installed. They are bundled as text, so that a packaged
 * application has them too.
 */
export const kernelSources: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(files)
    .sort()
    .map((path) => [basename(path), files[path] ?? '']),
);

/** Compiler flags. Other warnings are errors in the tests only: they must not fail the build of a newer compiler. */
export const kernelFlags: readonly string[] = [
  '-Wall',
  '-Wextra',
  '-Werror=switch',
  '-O3',
  '-mavx2',
  '-mfma',
  '-pthread',
];

const version = createHash('sha256')
  .update([...kernelFlags, ...Object.values(kernelSources)].join('\n'))
  .digest('hex')
  .slice(0, 8);

/** The library that this version's sources are compiled to. @param directory of an engine's installation */
export function kernelLibrary(directory: string): string {
  return join(directory, 'tensorflow', `cellsmith_kernels-${version}.node`);
}

/** Whether the custom kernels run on this machine: Linux on x64 with AVX2 and FMA. */
export function supportsKernels(
  machine = `${process.platform}-${process.arch}`,
  features: ReadonlySet<string> = cpuFeatures(),
): boolean {
  return machine === 'linux-x64' && features.has('avx2') && features.has('fma');
}

/** What TypeScript must know of the compiled kernels: what the library exports, as JSON (`registration.cc`). */
export const kernelConstantsSchema = z.object({
  /** Floats in a vector, of these kernels and of oneDNN's: 16 with AVX-512, unless `ONEDNN_MAX_CPU_ISA` forbids it; else 8. */
  lanes: z.int().positive(),
  /** Pixels in a vector of the convolution. */
  pixelLanes: z.int().positive(),
  /** The most kernel rows that the convolution and its input gradient take. */
  maxKernelRows: z.int().positive(),
  /** Winograd F(m, r): m, and the most taps per set of interpolation points. */
  winogradOutputs: z.int().positive(),
  winogradTaps: z.int().positive(),
  /** Operations of a recurrent cell's program; a code is an index of this list. */
  operations: z.array(z.string()),
});
export type KernelConstants = Readonly<z.infer<typeof kernelConstantsSchema>>;

/** The CPU's instruction set extensions by Linux's names; empty elsewhere than on Linux x64. */
export function cpuFeatures(): ReadonlySet<string> {
  try {
    return new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(' '));
  } catch {
    return new Set();
  }
}

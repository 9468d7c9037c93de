import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convolutionSources } from './convolution/sources';
import denormals from './denormals.h?raw';
import { imageSources } from './images/sources';
import header from './kernels.h?raw';
import parallel from './parallel.cc?raw';
import processor from './processor.cc?raw';
import { recurrentSources } from './recurrent/sources';
import registration from './registration.cc?raw';
import scratch from './scratch.h?raw';
import tensorflow from './tensorflow-c.h?raw';

/**
 * Kernels of the product's own for what TensorFlow does slowly: C++ that is compiled when the engine is installed. They are part of
 * the program as text, so that a packaged one has them too. By file name.
 */
export const kernelSources: Readonly<Record<string, string>> = {
  'denormals.h': denormals,
  'kernels.h': header,
  'parallel.cc': parallel,
  'processor.cc': processor,
  'scratch.h': scratch,
  ...convolutionSources,
  ...imageSources,
  ...recurrentSources,
  'tensorflow-c.h': tensorflow,
  'registration.cc': registration,
};

const version = createHash('sha256')
  .update(Object.values(kernelSources).join('\n'))
  .digest('hex')
  .slice(0, 8);

/** The file that these sources are compiled to. @param directory of an engine's installation */
export function kernelsFile(directory: string): string {
  return join(directory, 'tensorflow', `cellsmith_kernels-${version}.node`);
}

/** Whether they run on this machine: Linux on x64 with AVX2 and FMA. */
export function runsKernels(
  machine = `${process.platform}-${process.arch}`,
  features: ReadonlySet<string> = processorFeatures(),
): boolean {
  return machine === 'linux-x64' && features.has('avx2') && features.has('fma');
}

/** Floats of a vector of oneDNN's here: 16 with AVX-512, if its `ONEDNN_MAX_CPU_ISA` does not ask for less, as in `processor.cc`. */
export function vectorLanes(
  most = process.env['ONEDNN_MAX_CPU_ISA'],
  features: ReadonlySet<string> = processorFeatures(),
): 8 | 16 {
  const less = ['SSE41', 'AVX', 'AVX2', 'AVX2_VNNI', 'AVX2_VNNI_2'];
  const wide = ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'].every((name) => features.has(name));
  return wide && !less.includes(most ?? '') ? 16 : 8;
}

/** The extensions of the processor's instructions, by the names that Linux on x64 gives them; none elsewhere. */
export function processorFeatures(): ReadonlySet<string> {
  try {
    return new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(' '));
  } catch {
    return new Set();
  }
}

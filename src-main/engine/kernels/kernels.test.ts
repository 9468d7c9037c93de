import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasOwnOps } from '../load';
import { processorFeatures, runsKernels, vectorLanes } from './kernels';

describe('where the kernels run', () => {
  const features = (...names: string[]): Set<string> => new Set(names);

  it('is Linux on x64 with AVX2 and FMA', () => {
    expect(runsKernels('linux-x64', features('avx', 'avx2', 'fma'))).toBe(true);
    expect(runsKernels('linux-x64', features('avx', 'avx2'))).toBe(false);
    expect(runsKernels('linux-arm64', features('asimd'))).toBe(false);
    expect(runsKernels('win32-x64', features())).toBe(false);
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('is told by the system', () => {
    const told = processorFeatures();
    expect(told).toContain('sse2');
    expect(readFileSync('/proc/cpuinfo', 'utf8').includes(' avx2 ')).toBe(told.has('avx2'));
  });
});

describe('ops that only the product has', () => {
  it.runIf(runsKernels())('are there', () => {
    expect(hasOwnOps()).toBe(true);
  });
});

describe('vectors', () => {
  it('have 16 floats with AVX-512, and 8 where the processor or oneDNN is kept from it', () => {
    const wide = new Set(['avx512f', 'avx512bw', 'avx512dq', 'avx512vl']);
    expect(vectorLanes('DEFAULT', wide)).toBe(16);
    expect(vectorLanes('AVX512_CORE', wide)).toBe(16);
    expect(vectorLanes('AVX2', wide)).toBe(8);
    expect(vectorLanes('DEFAULT', new Set(['avx2', 'fma', 'avx512f']))).toBe(8);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasCustomOps } from '../load';
import { currentInstallation } from '../provision/installation';
import { findCompiler } from '../provision/machine/tools';
import { cpuFeatures, kernelFlags, kernelSources, supportsKernels, vectorLanes } from './kernels';

describe('custom kernels', () => {
  const features = (...names: string[]): Set<string> => new Set(names);

  it('run on Linux x64 with AVX2 and FMA', () => {
    expect(supportsKernels('linux-x64', features('avx', 'avx2', 'fma'))).toBe(true);
    expect(supportsKernels('linux-x64', features('avx', 'avx2'))).toBe(false);
    expect(supportsKernels('linux-arm64', features('asimd'))).toBe(false);
    expect(supportsKernels('win32-x64', features())).toBe(false);
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('find the features of the CPU', () => {
    const found = cpuFeatures();
    expect(found).toContain('sse2');
    expect(readFileSync('/proc/cpuinfo', 'utf8').includes(' avx2 ')).toBe(found.has('avx2'));
  });

  it.runIf(supportsKernels())('are loaded with the engine', () => {
    expect(hasCustomOps()).toBe(true);
  });

  it.runIf(supportsKernels())(
    'compile without warnings',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
      for (const [name, text] of Object.entries(kernelSources)) writeFileSync(join(folder, name), text);
      const [compiler, ...first] = await findCompiler();
      const include = join(currentInstallation()?.directory ?? '', 'tensorflow', 'include');
      const units = Object.keys(kernelSources).filter((name) => name.endsWith('.cc'));
      const flags = [...first, '-std=c++17', ...kernelFlags, '-Werror', '-fsyntax-only', `-I${include}`];
      const { stderr, status } = spawnSync(compiler, [...flags, ...units], { cwd: folder, encoding: 'utf8' });
      rmSync(folder, { recursive: true });
      expect(stderr).toBe('');
      expect(status).toBe(0);
    },
    300_000,
  );
});

describe('the vector length of oneDNN', () => {
  it('is 16 floats with AVX-512, and 8 if the CPU lacks it or ONEDNN_MAX_CPU_ISA forbids it', () => {
    const wide = new Set(['avx512f', 'avx512bw', 'avx512dq', 'avx512vl']);
    expect(vectorLanes('DEFAULT', wide)).toBe(16);
    expect(vectorLanes('AVX512_CORE', wide)).toBe(16);
    expect(vectorLanes('AVX2', wide)).toBe(8);
    expect(vectorLanes('DEFAULT', new Set(['avx2', 'fma', 'avx512f']))).toBe(8);
  });
});

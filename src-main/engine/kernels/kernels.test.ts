import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasCustomOps, kernelConstants } from '../load';
import { unitOperations } from '../ops/cell-graph';
import { currentInstallation } from '../provision/installation';
import { findCompiler } from '../provision/machine';
import {
  cpuFeatures,
  kernelConstantsSchema,
  kernelFlags,
  kernelLibrary,
  kernelSources,
  supportsKernels,
} from './kernels';

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

  it.runIf(supportsKernels())('know the operations that cells are written in', () => {
    expect([...kernelConstants().operations].sort()).toEqual([...unitOperations].sort());
  });

  it.runIf(supportsKernels())('use AVX-512 if the CPU has it and ONEDNN_MAX_CPU_ISA allows it', () => {
    const wide = ['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'].every((name) => cpuFeatures().has(name));
    expect(lanesOfProcess('DEFAULT')).toBe(wide ? 16 : 8);
    expect(lanesOfProcess('AVX512_CORE')).toBe(wide ? 16 : 8);
    expect(lanesOfProcess('AVX2')).toBe(8);
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

/** The constant `lanes` in a new process: the library reads the variable once. */
function lanesOfProcess(maxIsa: string): number {
  const installation = currentInstallation();
  if (!installation) throw new Error('The engine is not installed.');
  const script = `require(process.argv[1]); console.log(require(process.argv[2]));`;
  const { stdout } = spawnSync(
    process.execPath,
    ['-e', script, installation.bindingPath, kernelLibrary(installation.directory)],
    { encoding: 'utf8', env: { ...process.env, ONEDNN_MAX_CPU_ISA: maxIsa } },
  );
  return kernelConstantsSchema.parse(JSON.parse(stdout)).lanes;
}

import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildProvisioningProgram,
  packInstalledRelease,
  startProvisioning,
  type PackedRelease,
} from '../../testing/provisioning';
import { kernelLibrary, supportsKernels } from '../kernels/kernels';
import { currentInstallation } from './installation';
import { probeInstallation } from './report';
import { provisionEngine } from './provision';
import type { ProvisioningProgress } from './progress';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-provision-'));
const cache = join(folder, 'cache');
let program: string;
let packed: PackedRelease;

beforeAll(async () => {
  const installed = currentInstallation();
  if (installed === undefined) throw new Error('Run `npm run engine` first.');
  program = await buildProvisioningProgram();
  packed = packInstalledRelease(installed, join(folder, 'wheels'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(dirname(program), { recursive: true });
});

/** Leftovers in the engine's folder of a cache. */
function litter(of: string): string[] {
  const root = join(of, 'engine');
  const kept = ['installation.json', 'tensorflow-2.21.0-cpu'];
  return existsSync(root) ? readdirSync(root).filter((name) => !kept.includes(name)) : [];
}

/** The parts of one installation, on the real TensorFlow and with the real compiler; they build on one another. */
describe.runIf(process.platform === 'linux')('installing the engine', () => {
  const options = (): object => ({ cacheDirectory: cache, wheel: packed.path, release: packed.release });

  it('leaves no installation when killed while unpacking', async () => {
    const child = startProvisioning(program, options());
    await child.until(({ stage, done }) => stage === 'extracting' && done > 0);
    await child.kill();
    expect(litter(cache)).toContain('tensorflow-2.21.0-cpu.partial');
    expect(currentInstallation(cache)).toBeUndefined();
  });

  it('leaves no installation when killed while compiling', async () => {
    const child = startProvisioning(program, options());
    await child.until(({ stage }) => stage === 'compiling');
    await child.kill();
    expect(litter(cache)).toContain('tensorflow-2.21.0-cpu.partial');
    expect(currentInstallation(cache)).toBeUndefined();
  });

  it('recovers from both, and works once if started twice', async () => {
    const child = startProvisioning(program, options());
    await child.until(({ stage }) => stage === 'extracting');
    const stages: string[] = [];
    const onProgress = ({ stage }: ProvisioningProgress): void => {
      stages.push(stage);
    };
    const installation = await provisionEngine({ ...options(), onProgress });
    expect(await child.ended).toBe(0);
    expect(stages).toContain('waiting');
    expect(stages).not.toContain('extracting');
    expect(litter(cache)).toEqual([]);
    expect(existsSync(packed.path)).toBe(true);
    expect(await probeInstallation(installation)).toMatchObject({
      product: [19, 22, 43, 50],
      tensorflow: '2.21.0',
      tfjs: '4.22.0',
    });
    expect(existsSync(kernelLibrary(installation.directory))).toBe(supportsKernels());
  }, 240_000);

  it('works without the custom kernels if they do not compile', async () => {
    const file = kernelLibrary(currentInstallation(cache)?.directory ?? '');
    rmSync(file, { force: true });
    vi.stubEnv('PATH', folder);
    vi.stubEnv('CXX', '');
    const installation = await provisionEngine({ cacheDirectory: cache });
    vi.unstubAllEnvs();
    expect(existsSync(file)).toBe(false);
    expect(await probeInstallation(installation)).toMatchObject({ tensorflow: '2.21.0' });
  });

  it('compiles the custom kernels into an engine that lacks them', async () => {
    await provisionEngine({ cacheDirectory: cache });
    expect(existsSync(kernelLibrary(currentInstallation(cache)?.directory ?? ''))).toBe(supportsKernels());
  });

  it('only checks the files from then on', async () => {
    const stages: string[] = [];
    await provisionEngine({ cacheDirectory: cache, onProgress: ({ stage }) => stages.push(stage) });
    expect(stages).toEqual(['checking']);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const other = join(folder, 'cancelled');
    const controller = new AbortController();
    const onProgress = ({ stage, done }: ProvisioningProgress): void => {
      if (stage === 'extracting' && done > 0) controller.abort();
    };
    await expect(
      provisionEngine({ ...options(), cacheDirectory: other, signal: controller.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(join(other, 'engine'))).toEqual([]);
  });

  it('detects a damaged installation', async () => {
    const path = currentInstallation(cache)?.bindingPath ?? '';
    truncateSync(path, 1000);
    vi.stubEnv('PATH', folder);
    vi.stubEnv('CXX', '');
    await expect(provisionEngine(options())).rejects.toThrow(/^A C\+\+ compiler is needed/);
    vi.unstubAllEnvs();
  });
});

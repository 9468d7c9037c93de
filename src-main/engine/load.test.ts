import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { engineEnvironment, loadEngine } from './load';
import { cacheDirectory } from './provision/installation';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-load-'));
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const installation = {
  directory: '/cache',
  variant: 'cuda',
  tensorflow: '2.21.0',
  binding: '4.22.0',
  bindingPath: '/cache/tfjs_binding.node',
  libraryPaths: ['/cache/nvidia/cublas/lib', '/cache/nvidia/cudnn/lib'],
} as const;

describe('loading the engine', () => {
  it('reports what to run if nothing is installed, and loads once it is', () => {
    vi.stubEnv('CELLSMITH_CACHE', folder);
    expect(() => loadEngine()).toThrow('The training engine is not installed yet: run `npm run engine`.');
    vi.unstubAllEnvs();
    const engine = loadEngine();
    expect(engine.version['tfjs-core']).toBe('4.22.0');
    expect(loadEngine()).toBe(engine);
  });
});

describe('the environment of a child process', () => {
  it('bounds its threads and GPUs', () => {
    expect(engineEnvironment({ threads: 3, gpus: [1, 2] }, undefined)).toMatchObject({
      TF_NUM_INTRAOP_THREADS: '3',
      TF_NUM_INTEROP_THREADS: '1',
      OMP_NUM_THREADS: '3',
      CUDA_VISIBLE_DEVICES: '1,2',
      TF_ENABLE_ONEDNN_OPTS: '1',
    });
    expect(engineEnvironment({ gpuMemory: 2048 }, undefined)).toMatchObject({
      TF_PER_DEVICE_MEMORY_LIMIT_MB: '2048',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    });
    expect(engineEnvironment({}, undefined)).not.toHaveProperty('TF_PER_DEVICE_MEMORY_LIMIT_MB');
    expect(engineEnvironment({ gpus: [] }, undefined)['CUDA_VISIBLE_DEVICES']).toBe('-1');
    expect(engineEnvironment({}, undefined)).not.toHaveProperty('TF_NUM_INTRAOP_THREADS');
  });

  it('finds the libraries of CUDA before those of the system', () => {
    vi.stubEnv('LD_LIBRARY_PATH', '/opt/lib');
    const { LD_LIBRARY_PATH: path } = engineEnvironment({}, installation);
    expect(path).toBe('/cache/nvidia/cublas/lib:/cache/nvidia/cudnn/lib:/opt/lib');
  });
});

describe('the cache folder', () => {
  it.each([
    ['linux', { HOME: '/home/ada' }, '/home/ada/.cache/cellsmith'],
    ['linux', { HOME: '/home/ada', XDG_CACHE_HOME: '/fast' }, '/fast/cellsmith'],
    // The XDG specification: a relative path must be ignored.
    ['linux', { HOME: '/home/ada', XDG_CACHE_HOME: 'fast' }, '/home/ada/.cache/cellsmith'],
    ['darwin', { HOME: '/Users/ada', XDG_CACHE_HOME: '/fast' }, '/Users/ada/Library/Caches/cellsmith'],
    ['win32', { LOCALAPPDATA: '/Local' }, '/Local/cellsmith/Cache'],
    ['linux', { HOME: '/home/ada', CELLSMITH_CACHE: '/here' }, '/here'],
  ] as const)('follows the custom of %s for %o', (platform, environment, expected) => {
    expect(cacheDirectory(environment, platform)).toBe(expected);
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packSmallRelease } from '../../testing/provisioning';
import { extractWheel, isWanted, wantedBytes } from './download';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-extract-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const files = {
  'tensorflow/libtensorflow_cc.so.2': 'a library',
  'tensorflow/libtensorflow_framework.so.2': 'another',
  'tensorflow/include/tensorflow/c/c_api.h': 'a header',
  'tensorflow/include/tensorflow/core/kernels/ops.h': 'a header that the binding does not need',
  'tensorflow/python/ops.py': 'Python',
  'tensorflow/THIRD_PARTY_NOTICES.txt': 'licences',
  'nvidia/cublas/lib/libcublas.so.12': 'CUDA',
  'nvidia/cublas/include/cublas.h': 'a header',
  'nvidia/cuda_nvcc/bin/ptxas': 'a program',
  'nvidia_cublas_cu12-12.9.3.13.dist-info/licenses/License.txt': 'a licence',
};

describe('unpacking a wheel', () => {
  it('takes libraries, the C API headers and licences, and counts their bytes', async () => {
    const { path, release } = packSmallRelease(join(folder, 'good'), files);
    const target = join(folder, 'unpacked');
    const counted: number[] = [];
    await extractWheel(path, target, release.libraries, { onBytes: (done) => counted.push(done) });
    const there = Object.keys(files).filter((file) => existsSync(join(target, file)));
    const unwanted = [
      'tensorflow/include/tensorflow/core/kernels/ops.h',
      'tensorflow/python/ops.py',
      'nvidia/cublas/include/cublas.h',
    ];
    expect(there).toEqual(Object.keys(files).filter((file) => !unwanted.includes(file)));
    expect(readFileSync(join(target, 'nvidia/cublas/lib/libcublas.so.12'), 'utf8')).toBe('CUDA');
    expect(statSync(join(target, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111);
    const size = there.reduce((sum, file) => sum + files[file as keyof typeof files].length, 0);
    expect(counted.at(-1)).toBe(size);
    expect(await wantedBytes(path, release.libraries)).toBe(size);
  });

  it('knows the import library of Windows', () => {
    const libraries = ['tensorflow/python/_pywrap_tensorflow_common.dll'];
    expect(isWanted('tensorflow/python/_pywrap_tensorflow_common.dll.if.lib', libraries)).toBe(true);
    expect(isWanted('tensorflow/tensorflow_cc.2.dll', libraries)).toBe(false);
  });

  it('rejects a truncated wheel', async () => {
    const { path, release } = packSmallRelease(join(folder, 'truncated'), files);
    truncateSync(path, statSync(path).size >> 1);
    await expect(extractWheel(path, join(folder, 'half'), release.libraries)).rejects.toMatchObject({
      code: 'engine.provisioning',
    });
  });

  it('stops when cancelled', async () => {
    const { path, release } = packSmallRelease(join(folder, 'stopped'), files);
    await expect(
      extractWheel(path, join(folder, 'none'), release.libraries, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
});

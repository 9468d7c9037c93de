import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packSmallRelease } from '../../testing/provisioning';
import { downloadWheel } from './download';
import { findRelease, pipTargets } from './wheels';
import type { EngineVariant } from './installation';
import type { Machine, Wheel } from './wheels';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-download-'));
const { path, release } = packSmallRelease(join(folder, 'index'));
const [wheel] = release.wheels as [Wheel];

beforeAll(() => {
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', join(folder, 'index'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function emptyFolder(name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  return directory;
}

describe('downloading a wheel with pip', () => {
  it('downloads exactly the published file', async () => {
    const directory = emptyFolder('good');
    const bytes: number[] = [];
    const got = await downloadWheel('python3', wheel, directory, { onBytes: (done) => bytes.push(done) });
    expect(readFileSync(got)).toEqual(readFileSync(path));
    expect(readdirSync(directory)).toEqual([wheel.file]);
    expect(bytes.at(-1)).toBe(wheel.bytes);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const directory = emptyFolder('cancelled');
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await expect(
      downloadWheel('python3', wheel, directory, { signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('requests the platform of the wheel, whatever Python runs pip', () => {
    const targets = (machine: Machine, variant: EngineVariant, file: RegExp): string[] =>
      (findRelease(machine, variant)?.wheels ?? []).filter((one) => file.test(one.file)).flatMap(pipTargets);
    expect(targets('darwin-arm64', 'cpu', /./)).toEqual([
      '--only-binary=:all:',
      '--implementation=cp',
      '--python-version=3.11',
      '--abi=cp311',
      '--platform=macosx_12_0_arm64',
    ]);
    expect(targets('linux-x64', 'cuda', /nvcc/)).toEqual([
      '--only-binary=:all:',
      '--implementation=cp',
      '--python-version=3.11',
      '--abi=none',
      '--platform=manylinux2010_x86_64',
      '--platform=manylinux_2_12_x86_64',
    ]);
  });
});

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import {
  packSmallRelease,
  pythonProgram,
  scriptFolder,
  smallSha256,
  which,
} from '../../testing/provisioning';
import { requireDiskSpace } from './install';
import { provisionEngine } from './provision';
import { findRelease } from './wheels';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-problems-'));
const cache = join(folder, 'cache');
const python = `exec ${pythonProgram()} "$@"`;
const compiler = `exec ${which('c++')} "$@"`;
const { path: wheel, release } = packSmallRelease(join(folder, 'wheels'));

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Only these programs are on the PATH. */
function machineWith(scripts: Record<string, string>): void {
  vi.stubEnv('CXX', '');
  vi.stubEnv('PATH', scriptFolder(mkdtempSync(join(folder, 'path-')), scripts));
}

/** The error of installing the small release; it must leave no partial files. */
async function sentence(options: Parameters<typeof provisionEngine>[0] = {}): Promise<string> {
  const error: unknown = await provisionEngine({ cacheDirectory: cache, release, ...options }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'engine.provisioning' });
  const left = readdirSync(folder).includes('cache') ? readdirSync(cache, { recursive: true }) : [];
  expect(left.map(String).filter((name) => /partial|lock|writable/.test(name))).toEqual([]);
  return (error as Error).message;
}

describe.runIf(process.platform === 'linux')('one sentence says what is missing:', () => {
  it('no C++ compiler, before anything is downloaded', async () => {
    machineWith({ python3: python });
    const message = await sentence();
    expect(message).toMatch(
      /^A C\+\+ compiler is needed .*`sudo apt install g\+\+`.*`sudo dnf install gcc-c\+\+`.*`xcode-select --install`/,
    );
  });

  it('no Python, or one that is too old', async () => {
    for (const scripts of [{}, { python3: 'echo 3 8' }]) {
      machineWith({ 'c++': compiler, ...scripts });
      expect(await sentence()).toMatch(
        /^Python 3\.9 or newer is needed .*`sudo apt install python3 python3-pip`/,
      );
    }
  });

  it('a Python without pip', async () => {
    // Without its site packages, a Python has no pip, like Debian's without python3-pip.
    machineWith({ 'c++': compiler, python3: `exec ${pythonProgram()} -S "$@"` });
    expect(await sentence()).toMatch(
      /pip .* python3 has none: install it with `sudo apt install python3-pip`/,
    );
  });

  it('no network', async () => {
    vi.stubEnv('PIP_INDEX_URL', 'http://127.0.0.1:9/simple');
    vi.stubEnv('PIP_NO_INDEX', '0');
    vi.stubEnv('PIP_FIND_LINKS', join(folder, 'nothing'));
    vi.stubEnv('PIP_RETRIES', '1');
    vi.stubEnv('PIP_DEFAULT_TIMEOUT', '5');
    expect(await sentence()).toMatch(
      /^tensorflow-cpu==2\.21\.0 could not be downloaded: check the network .*--wheel/,
    );
  });

  it('a download that is not the published file', async () => {
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', join(folder, 'wheels'));
    const other = {
      ...release,
      wheels: release.wheels.map((one) => ({ ...one, sha256: 'ab'.repeat(32) })),
    };
    expect(await sentence({ release: other })).toMatch(
      /^tensorflow-cpu==2\.21\.0 is not the file that was published/,
    );
  });

  it('a package that the mirror does not have', async () => {
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', folder);
    expect(await sentence()).toMatch(
      /^pip could not download tensorflow-cpu==2\.21\.0: ERROR: No matching distribution/,
    );
  });

  it('a local wheel that is missing, or another one', async () => {
    expect(await sentence({ wheel: join(folder, 'none.whl') })).toMatch(
      /^The wheel .*none\.whl does not exist/,
    );
    const own = { wheel, cacheDirectory: cache };
    await expect(provisionEngine(own)).rejects.toThrow(
      /is damaged, or not the wheel that the engine is built on/,
    );
  });

  it('a wheel that is not a zip file', async () => {
    const broken = join(folder, 'broken.whl');
    writeFileSync(broken, 'no zip');
    const bad = {
      ...release,
      wheels: release.wheels.map((one) => ({ ...one, sha256: smallSha256(broken) })),
    };
    expect(await sentence({ wheel: broken, release: bad })).toMatch(/broken\.whl cannot be unpacked/);
  });

  it('a compiler that fails', async () => {
    vi.stubEnv(
      'CXX',
      join(scriptFolder(join(folder, 'bad-compiler'), { cxx: '[ "$1" = --version ]' }), 'cxx'),
    );
    expect(await sentence({ wheel })).toMatch(
      /^The C\+\+ compiler .*cxx cannot build the engine's binding: install or repair/,
    );
  });

  it('a folder that cannot be written', async () => {
    // A path below a file: root could write to any folder.
    await expect(provisionEngine({ cacheDirectory: join(wheel, 'cache'), release })).rejects.toThrow(
      /^The folder .*\.whl\/cache\/engine cannot be written: .*CELLSMITH_CACHE/,
    );
  });

  it('a full disk', () => {
    expect(() => {
      requireDiskSpace(folder, 1e18);
    }).toThrow(/^The training engine needs 1000000 TB of free disk space in .*, which has .*: free some/);
  });

  it('CUDA where there is none', () => {
    expect(findRelease('linux-arm64', 'cuda')).toBeUndefined();
    expect(findRelease('linux-x64', 'cuda')?.wheels.length).toBe(13);
    expect(findRelease('sunos-x64', 'cpu')).toBeUndefined();
  });
});

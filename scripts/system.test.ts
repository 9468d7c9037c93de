import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aptPackages, installLine, librariesIn, needsOf, unresolvedIn, type System } from './system.mjs';

const bare: System = {
  environment: {},
  hasProgram: () => false,
  hasPip: () => false,
  hasLibrary: () => false,
};
const server = { platform: 'linux', hasDisplay: false, hasEngine: false } as const;
const desktop = { ...server, hasDisplay: true };

function missing(command: string, machine: Parameters<typeof needsOf>[1], system: Partial<System>) {
  return needsOf(command, machine).filter(({ isPresent }) => !isPresent({ ...bare, ...system }));
}
const names = (...all: Parameters<typeof missing>): string[] => missing(...all).map(({ name }) => name);

describe('what a command needs', () => {
  const withLibraries = { hasLibrary: () => true };

  it('the engine: pip and a compiler, unless it is installed', () => {
    expect(names('engine', server, {})).toEqual(['Python 3.9 or later with pip', 'a C++ compiler']);
    expect(names('engine', { ...server, hasEngine: true }, {})).toEqual([]);
    expect(names('engine', server, { hasPip: () => true, hasProgram: (name) => name === 'clang++' })).toEqual(
      [],
    );
  });

  it('takes the compiler that CXX names', () => {
    const system = {
      environment: { CXX: 'ccache g++-14' },
      hasPip: () => true,
      hasProgram: (name: string) => name === 'ccache',
    };
    expect(names('engine', server, system)).toEqual([]);
  });

  it('the window: no virtual display where there is a real one', () => {
    expect(names('window', desktop, withLibraries)).toEqual([]);
    expect(names('window', server, withLibraries)).toEqual(['Xvfb', 'xvfb-run', 'xauth']);
    expect(names('start', server, {})).not.toContain('libgtk-3.so.0');
    expect(names('start', desktop, {})).toContain('libgtk-3.so.0');
  });

  it('the tests: pip even where the engine is installed, Redis, and a window', () => {
    expect(names('test', { ...server, hasEngine: true }, withLibraries)).toEqual([
      'Python 3.9 or later with pip',
      'a C++ compiler',
      'redis-server',
      'openssl',
      'Xvfb',
      'xvfb-run',
      'xauth',
    ]);
  });

  it('asks macOS for no library, and Windows for nothing', () => {
    expect(names('window', { ...desktop, platform: 'darwin' }, {})).toEqual([]);
    expect(names('test', { ...desktop, platform: 'win32' }, {})).toEqual([]);
  });
});

describe('the packages', () => {
  const lacking = missing('window', server, {
    hasProgram: (name) => name !== 'xauth',
    hasLibrary: (name) => !/gtk|asound|nss|smime/.test(name),
  });

  it('have the names that apt knows', () => {
    const later = new Set(['xauth', 'libgtk-3-0t64', 'libasound2t64', 'libnss3']);
    const earlier = new Set(['xauth', 'libgtk-3-0', 'libasound2', 'libnss3']);
    expect(aptPackages(lacking, later)).toEqual(['xauth', 'libgtk-3-0t64', 'libnss3', 'libasound2t64']);
    expect(aptPackages(lacking, earlier)).toEqual(['xauth', 'libgtk-3-0', 'libnss3', 'libasound2']);
  });

  it('follow the installed packages where apt has no lists', () => {
    expect(aptPackages(lacking, new Set(['libssl3t64']))).toContain('libgtk-3-0t64');
    expect(aptPackages(lacking, new Set(['libssl3']))).toContain('libgtk-3-0');
  });

  it('are in one line for each package manager', () => {
    const known = new Set(['xauth', 'libgtk-3-0', 'libasound2', 'libnss3']);
    expect(installLine(lacking, { manager: 'apt-get', known })).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends xauth libgtk-3-0 libnss3 libasound2',
    );
    expect(installLine(lacking.slice(0, 2), { manager: 'dnf' })).toBe(
      "sudo dnf install -y /usr/bin/xauth 'libgtk-3.so.0()(64bit)'",
    );
    const mac = missing('queue', { ...desktop, platform: 'darwin' }, { hasPip: () => true });
    expect(installLine(mac, { manager: 'brew' })).toBe(
      'xcode-select --install && brew install redis && brew install openssl',
    );
    expect(installLine(lacking, { manager: null })).toBeNull();
  });
});

describe('libraries', () => {
  it('are read from the loader’s cache, for one architecture', () => {
    const listing =
      "2 libs found in cache `/etc/ld.so.cache'\n\tlibgtk-3.so.0 (libc6,x86-64) => /lib/x/libgtk-3.so.0\n\tlibnss3.so (libc6) => /lib/i/libnss3.so\n";
    expect(librariesIn(listing, 'x86-64')).toEqual(new Set(['libgtk-3.so.0']));
  });

  it('that ldd does not find are named, with the packages of those that Electron is known to need', () => {
    const listing =
      '\tlibc.so.6 => /lib/libc.so.6 (0x0)\n\tlibgtk-3.so.0 => not found\n\tlibnew.so.1 => not found\n';
    expect(unresolvedIn(listing).map(({ name }) => name)).toEqual(['libgtk-3.so.0', 'libnew.so.1']);
    expect(aptPackages(unresolvedIn(listing), new Set(['libgtk-3-0']))).toEqual(['libgtk-3-0']);
    expect(unresolvedIn('\tlibc.so.6 => /lib/libc.so.6 (0x0)\n')).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32' || process.platform === 'darwin')('a system with apt', () => {
  let folder: string;
  const put = (name: string, script: string): void =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const check = () =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'system.mjs'), 'queue'], {
      encoding: 'utf8',
      env: { PATH: folder, CELLSMITH_CACHE: folder },
    });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellsmith-system-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('where it cannot install: a line to paste, and a non-zero exit code', () => {
    put('apt-get', 'exit 100');
    const { status, stderr } = check();
    expect(status).toBe(1);
    expect(stderr.trim().split('\n').at(-1)?.replaceAll('sudo ', '')).toBe(
      'apt-get update && apt-get install -y --no-install-recommends python3 python3-pip g++ redis-server openssl',
    );
  });

  it.runIf(process.getuid?.() === 0)('as root: updates the lists, installs, and says so', () => {
    const programs = ['python3', 'g++', 'redis-server', 'openssl'];
    const install = programs.map((name) => `echo '#!/bin/sh' >${name}; /bin/chmod +x ${name}`).join('\n');
    put('apt-get', `cd ${folder}; echo "$@" >>calls; case "$*" in *install*) ${install};; esac`);
    const { status, stderr } = check();
    expect(stderr).toContain('Installing python3 python3-pip g++ redis-server openssl');
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toMatch(/update\n.*install -y .*redis-server/);
    expect(check()).toMatchObject({ status: 0, stderr: '' });
  });
});

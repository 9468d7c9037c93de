/**
 * What the project's commands need of the system beyond Node. Finds within a second what is missing; installs it as root on Debian
 * and Ubuntu, and prints a line to paste everywhere else. Imports no package, so that it runs before `npm ci` too:
 * `node scripts/system.mjs test`.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * A program that a command needs. Packages whose names Debian 13 and Ubuntu 24.04 changed are given under both, the later one first.
 */
const program = (name, apt, { dnf = `/usr/bin/${name}`, macos = null } = {}) => ({
  name,
  apt: [apt],
  dnf,
  macos,
  isPresent: ({ hasProgram }) => hasProgram(name),
});

/** A shared library that Electron loads. */
const library = (name, ...apt) => ({
  name,
  apt: [apt],
  dnf: `'${name}()(64bit)'`,
  macos: null,
  isPresent: ({ hasLibrary }) => hasLibrary(name),
});

const pip = {
  name: 'Python 3.9 or later with pip',
  apt: [['python3'], ['python3-pip']],
  dnf: 'python3-pip',
  macos: 'brew install python3',
  isPresent: ({ hasPip }) => hasPip(),
};
const compiler = {
  name: 'a C++ compiler',
  apt: [['g++']],
  dnf: 'gcc-c++',
  macos: 'xcode-select --install',
  isPresent: ({ hasProgram, environment }) =>
    [environment.CXX?.split(' ')[0], 'c++', 'g++', 'clang++'].some((name) => name && hasProgram(name)),
};
const redis = program('redis-server', ['redis-server'], { macos: 'brew install redis' });
const openssl = program('openssl', ['openssl'], { macos: 'brew install openssl' });
const virtualDisplay = [
  program('Xvfb', ['xvfb']),
  program('xvfb-run', ['xvfb']),
  program('xauth', ['xauth']),
];

/** What Electron is linked with, apart from the C library. */
const electronLibraries = [
  library('libglib-2.0.so.0', 'libglib2.0-0t64', 'libglib2.0-0'),
  library('libgtk-3.so.0', 'libgtk-3-0t64', 'libgtk-3-0'),
  library('libnss3.so', 'libnss3'),
  library('libnssutil3.so', 'libnss3'),
  library('libsmime3.so', 'libnss3'),
  library('libnspr4.so', 'libnspr4'),
  library('libdbus-1.so.3', 'libdbus-1-3'),
  library('libatk-1.0.so.0', 'libatk1.0-0t64', 'libatk1.0-0'),
  library('libatk-bridge-2.0.so.0', 'libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'),
  library('libatspi.so.0', 'libatspi2.0-0t64', 'libatspi2.0-0'),
  library('libcups.so.2', 'libcups2t64', 'libcups2'),
  library('libdrm.so.2', 'libdrm2'),
  library('libpango-1.0.so.0', 'libpango-1.0-0'),
  library('libcairo.so.2', 'libcairo2'),
  library('libX11.so.6', 'libx11-6'),
  library('libXcomposite.so.1', 'libxcomposite1'),
  library('libXdamage.so.1', 'libxdamage1'),
  library('libXext.so.6', 'libxext6'),
  library('libXfixes.so.3', 'libxfixes3'),
  library('libXrandr.so.2', 'libxrandr2'),
  library('libgbm.so.1', 'libgbm1'),
  library('libexpat.so.1', 'libexpat1'),
  library('libxcb.so.1', 'libxcb1'),
  library('libxkbcommon.so.0', 'libxkbcommon0'),
  library('libudev.so.1', 'libudev1'),
  library('libasound.so.2', 'libasound2t64', 'libasound2'),
];

/**
 * What a command needs on a machine.
 * @param command `engine`, `start`, `window` (Electron alone), `queue` or `test`
 */
export function needsOf(command, { platform, hasDisplay, hasEngine }) {
  if (platform === 'win32') return [];
  const engine = [pip, compiler];
  const missingEngine = hasEngine ? [] : engine;
  const libraries = platform === 'linux' ? electronLibraries : [];
  const window = hasDisplay ? libraries : [...virtualDisplay, ...libraries];
  switch (command) {
    case 'engine':
      return missingEngine;
    case 'start':
      return hasDisplay ? [...missingEngine, ...libraries] : missingEngine;
    case 'window':
      return window;
    case 'queue':
      return [...missingEngine, redis, openssl];
    case 'test':
      return [...engine, redis, openssl, ...window];
    default:
      throw new Error(`Unknown command ${command}.`);
  }
}

/**
 * The packages that hold what is missing, under the names that this system's apt knows.
 * @param known names of all packages in apt's lists; without lists, of the installed ones
 */
export function aptPackages(missing, known) {
  const hasRenamed = [...known].some((name) => name.endsWith('t64'));
  const choose = (names) => names.find((name) => known.has(name)) ?? names.at(hasRenamed ? 0 : -1);
  return [...new Set(missing.flatMap(({ apt }) => apt.map(choose)))];
}

/**
 * The line that installs what is missing; null where no package manager is known.
 * @param system its package manager and, for apt, the names that it knows
 */
export function installLine(missing, { manager, known = new Set() }) {
  switch (manager) {
    case 'apt-get':
      return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${aptPackages(missing, known).join(' ')}`;
    case 'dnf':
      return `sudo dnf install -y ${[...new Set(missing.map(({ dnf }) => dnf))].join(' ')}`;
    case 'brew':
      return missing.flatMap(({ macos }) => macos ?? []).join(' && ');
    default:
      return null;
  }
}

/** Names of shared libraries in the listing of `ldconfig -p`, of one architecture: `x86-64`. */
export function librariesIn(listing, architecture) {
  return new Set(
    [...listing.matchAll(/^\s*(\S+) \(([^)]*)\) =>/gm)]
      .filter(([, , kind]) => kind.split(',').includes(architecture))
      .map(([, name]) => name),
  );
}

/** Libraries that a program is linked with and `ldd` does not find. @param listing of `ldd` */
export function unresolvedIn(listing) {
  const names = [...listing.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
  return names.map(
    (name) => electronLibraries.find((known) => known.name === name) ?? { ...library(name, name), apt: [] },
  );
}

/** Whether windows can be shown: on Linux a display server must be named. */
export function hasDisplay(environment = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
}

/** A command line that opens windows: under a virtual display where there is none (Linux). */
export function withDisplay(command) {
  return hasDisplay() ? command : ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', ...command];
}

/** The same folder as `cacheDirectory` of src-main/engine/provision, which is TypeScript. */
export function cacheDirectory() {
  if (process.env.CELLSMITH_CACHE) return process.env.CELLSMITH_CACHE;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'cellsmith');
  if (process.platform === 'win32')
    return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'cellsmith', 'Cache');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cellsmith');
}

function hasProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

function output(command, parameters) {
  const { stdout } = spawnSync(command, parameters, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return stdout ?? '';
}

/** How the needs look at this machine. */
function thisSystem() {
  let cached;
  const loaderFolders = (process.env.LD_LIBRARY_PATH ?? '').split(delimiter).filter(Boolean);
  return {
    environment: process.env,
    hasProgram,
    hasPip: () => {
      const script = 'import sys, pip; sys.exit(sys.version_info < (3, 9))';
      return ['python3', 'python'].some((python) => spawnSync(python, ['-c', script]).status === 0);
    },
    hasLibrary: (name) => {
      // Not in the PATH of ordinary users. Without it the loader cannot be asked: `ensureLibraries` does when Electron is there.
      cached ??= librariesIn(
        output('/sbin/ldconfig', ['-p']),
        process.arch === 'arm64' ? 'AArch64' : 'x86-64',
      );
      return (
        cached.size === 0 ||
        cached.has(name) ||
        loaderFolders.some((folder) => existsSync(join(folder, name)))
      );
    },
  };
}

function packageManager() {
  if (process.platform === 'darwin') return 'brew';
  return ['apt-get', 'dnf'].find((name) => hasProgram(name)) ?? null;
}

function knownToApt() {
  return new Set(output('apt-cache', ['pkgnames']).split('\n'));
}

const isRoot = process.getuid?.() === 0;

function installWithApt(missing) {
  const apt = (...parameters) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...parameters], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  console.error('Updating the package lists (apt-get update)');
  const updated = apt('update');
  const packages = aptPackages(missing, knownToApt());
  console.error(`Installing ${packages.join(' ')} (apt-get install)`);
  const installed = apt('install', '-y', '--no-install-recommends', ...packages);
  if (installed.status !== 0)
    console.error([updated, installed].map(({ stdout, stderr }) => `${stdout}${stderr}`).join(''));
}

/** The names of what is missing, of a long list the first ones. */
function listed(missing) {
  const names = missing.map(({ name }) => name);
  const most = 8;
  return names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** Installs what is missing or says how to. Ends the process where something is missing afterwards. */
function provide(missing, findMissing) {
  if (missing.length === 0) return;
  const manager = packageManager();
  if (manager === 'apt-get' && isRoot) {
    installWithApt(missing);
    if (findMissing().length === 0) return;
  }
  const line = installLine(missing, { manager, ...(manager === 'apt-get' && { known: knownToApt() }) });
  console.error(
    `This system lacks ${listed(missing)}. Install what is missing and try again${line ? ':' : '.'}`,
  );
  if (line) console.error(isRoot ? line.replaceAll('sudo ', '') : line);
  process.exit(1);
}

/** Makes sure that the system has what a command of `needsOf` needs; ends the process where it has not. */
export function ensureSystem(command) {
  const { platform } = process;
  const hasEngine = existsSync(join(cacheDirectory(), 'engine', 'installation.json'));
  const needs = needsOf(command, { platform, hasDisplay: hasDisplay(), hasEngine });
  const findMissing = () => {
    const system = thisSystem();
    return needs.filter(({ isPresent }) => !isPresent(system));
  };
  provide(findMissing(), findMissing);
}

/** Makes sure that the loader finds all libraries of a program (Linux); ends the process where it does not. */
export function ensureLibraries(executable) {
  if (process.platform !== 'linux') return;
  const findMissing = () => unresolvedIn(output('ldd', [executable]));
  provide(findMissing(), findMissing);
}

if (process.argv[1] === import.meta.filename) ensureSystem(process.argv[2] ?? 'test');

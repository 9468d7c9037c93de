/** `npm start`: opens the window in the pinned Electron, or in the fallback where that cannot be downloaded. */
import { spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { electronExecutable } from './electron-runtime.mjs';
import { ensureLibraries, hasDisplay } from './system.mjs';

const root = resolve(import.meta.dirname, '..');

/** Why the Chromium sandbox cannot start here; null where it can. With neither of its two ways Electron would abort. */
function sandboxObstacle(executable) {
  if (process.platform !== 'linux') return null;
  if (process.getuid?.() === 0) return 'Started as root';
  const helper = statSync(join(dirname(executable), 'chrome-sandbox'), { throwIfNoEntry: false });
  if (helper?.uid === 0 && (helper.mode & 0o4755) === 0o4755) return null;
  const { status, error } = spawnSync('unshare', ['--user', '--map-root-user', 'true']);
  return error || status === 0 ? null : 'This system denies user namespaces to ordinary users';
}

/**
 * Opens the window and waits until the program ends.
 * @returns its exit code, or null where there is no display
 */
export async function startWindow() {
  if (!hasDisplay()) return null;
  const executable = await electronExecutable();
  ensureLibraries(executable);
  const parameters = [root];
  const obstacle = sandboxObstacle(executable);
  if (obstacle !== null) {
    console.error(`${obstacle}: the window runs without the Chromium sandbox (--no-sandbox).`);
    parameters.unshift('--no-sandbox');
  }
  // Set by editors that run on Electron themselves.
  const environment = { ...process.env };
  delete environment.ELECTRON_RUN_AS_NODE;
  const child = spawn(executable, parameters, { cwd: root, stdio: 'inherit', env: environment });
  // Ctrl-C reaches the window too, which handles it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

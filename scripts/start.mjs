/** `npm start`: opens the window in the pinned Electron, or in the fallback where that cannot be downloaded. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { electronExecutable } from './electron-runtime.mjs';
import { ensureLibraries, hasDisplay } from './system.mjs';

const root = resolve(import.meta.dirname, '..');

/**
 * Opens the window and waits until the program ends.
 * @returns its exit code, or null where there is no display
 */
export async function startWindow() {
  if (!hasDisplay()) return null;
  const executable = await electronExecutable();
  ensureLibraries(executable);
  const parameters = [root];
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    console.error('Started as root: the window runs without the Chromium sandbox (--no-sandbox).');
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

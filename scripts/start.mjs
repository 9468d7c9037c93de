/**
 * `npm start`: opens the window. Finds an Electron first, and says so where it has to take another than the pinned one; on a
 * machine without a display runs the demo search in the terminal instead.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { hasDisplay } from './display.mjs';
import { electronExecutable } from './electron-runtime.mjs';
import { missingLibraries } from './missing-libraries.mjs';

const root = resolve(import.meta.dirname, '..');

/**
 * Opens the window and waits until the program has ended.
 * @returns its exit code, or null where there is no display
 */
export async function startWindow() {
  if (!hasDisplay()) return null;
  const executable = await electronExecutable();
  const missing = missingLibraries(executable);
  if (missing !== null) {
    console.error(missing);
    return 1;
  }
  const parameters = [root];
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    console.error('Started as root: the window runs without the sandbox of Chromium (--no-sandbox).');
    parameters.unshift('--no-sandbox');
  }
  // What an editor or a test sets for its own Electron is not for this one.
  const environment = { ...process.env };
  delete environment.ELECTRON_RUN_AS_NODE;
  const child = spawn(executable, parameters, { cwd: root, stdio: 'inherit', env: environment });
  // Ctrl-C reaches the window too, which decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

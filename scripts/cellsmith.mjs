/**
 * `npm run cellsmith -- …`: the command line from the sources. Builds it when it is missing or out of date, then imports it: the program
 * runs in this process, so that signals, streams and the exit code are its own. `start` opens the window, and runs the demo search in the
 * terminal where there is no display.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureSystem } from './system.mjs';

const root = resolve(import.meta.dirname, '..');
const program = join(root, 'out', 'main', 'cli.js');
/** What a build writes. */
const built = [program, join(root, 'out', 'main', 'main.js'), join(root, 'out', 'renderer', 'index.html')];

/** When the newest file at or below a path was changed, in milliseconds since 1970. */
function newest(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isStale() {
  if (!built.every((path) => existsSync(path))) return true;
  const oldest = Math.min(...built.map((path) => statSync(path).mtimeMs));
  const sources = ['src-main', 'src-renderer', 'src-shared', 'electron.vite.config.ts', 'package.json'];
  return sources.map((name) => join(root, name)).some((path) => existsSync(path) && newest(path) > oldest);
}

function build() {
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) return;
  console.error(`${stdout}${stderr}\nThe program could not be built: run "npm ci" and try again.`);
  process.exit(1);
}

/** Commands that need the engine; with these flags they only report, or bring the engine's wheel along. */
const engineCommands = ['start', 'engine', 'search', 'train', 'worker'];
const withoutEngine = ['--help', '-h', '--report', '--wheel'];

const [command = '', ...parameters] = process.argv.slice(2);
if (engineCommands.includes(command) && !parameters.some((one) => withoutEngine.includes(one)))
  ensureSystem(command === 'start' ? 'start' : 'engine');
if (isStale()) build();
if (command === 'start' && parameters.length === 0) {
  const { startWindow } = await import('./start.mjs');
  const code = await startWindow();
  if (code !== null) process.exit(code);
  console.log(
    'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so there is no window.',
  );
}
await import(pathToFileURL(program).href);

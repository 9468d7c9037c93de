/**
 * `npm run cellsmith -- …`: the command line from the sources. Builds it when it is missing or older than they are, then is it: the
 * program runs in this very process, so that signals, streams and the exit code are its own. `start` opens the window, where there is
 * a display.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const program = join(root, 'out', 'main', 'cli.js');
/** What a build leaves; the last of it tells when it was complete. */
const built = [program, join(root, 'out', 'main', 'main.js'), join(root, 'out', 'renderer', 'index.html')];

/** When the newest file at or below a path was changed; milliseconds since 1970. */
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

if (isStale()) build();
if (process.argv[2] === 'start' && process.argv.length === 3) {
  const { startWindow } = await import('./start.mjs');
  const code = await startWindow();
  if (code !== null) process.exit(code);
  console.log(
    'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so there is no window.',
  );
}
await import(pathToFileURL(program).href);

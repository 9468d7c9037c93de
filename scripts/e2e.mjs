/** `npm run e2e`: the end-to-end tests, in Electron; under a virtual display where there is none (Linux). */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { electronEnvironment } from './electron-runtime.mjs';
import { ensureSystem, withDisplay } from './system.mjs';

const root = resolve(import.meta.dirname, '..');

/** A Chromium of the system, for the tests of the pages; where there is none Playwright looks for its own. */
function chromium() {
  if (process.env.CELLSMITH_CHROMIUM) return {};
  const found = ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  return found === undefined ? {} : { CELLSMITH_CHROMIUM: found };
}

/** Runs Playwright on the built program. @returns its exit code */
export async function runPlaywright(parameters, environment = {}) {
  ensureSystem('test');
  const [command, ...rest] = withDisplay([
    process.execPath,
    join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
    'test',
    '--config',
    join(root, 'e2e', 'playwright.config.ts'),
    ...parameters,
  ]);
  const { status, error } = spawnSync(command, rest, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment, ...(await electronEnvironment()), ...chromium() },
  });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  return status ?? 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await runPlaywright(process.argv.slice(2));

/** `npm run e2e`: the end-to-end tests, in Electron; under a virtual display where there is none (Linux). */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { electronEnvironment } from './electron-runtime.mjs';
import { ensureSystem, withDisplay } from './system.mjs';

const root = resolve(import.meta.dirname, '..');

/** The command that runs Playwright on the built program: program, parameters, and what it needs in its environment. */
export async function playwrightCommand(parameters) {
  const [command, ...rest] = withDisplay([
    process.execPath,
    join(root, 'node_modules', '@playwright', 'test', 'cli.js'),
    'test',
    '--config',
    join(root, 'e2e', 'playwright.config.ts'),
    ...parameters,
  ]);
  return [command, rest, await electronEnvironment()];
}

/** Runs Playwright on the program, after building what is missing or out of date. @returns its exit code */
export async function runPlaywright(parameters, environment = {}) {
  ensureSystem('test');
  const { status: built } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'cellsmith.mjs'), '--version'],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (built !== 0) return built ?? 1;
  const [command, rest, electron] = await playwrightCommand(parameters);
  const { status, error } = spawnSync(command, rest, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment, ...electron },
  });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  return status ?? 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await runPlaywright(process.argv.slice(2));

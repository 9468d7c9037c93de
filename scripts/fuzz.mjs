/**
 * `npm run fuzz -- [--inputs 10000] [--seed 1] [--first 0] [--only "run.sqlite"]`: feeds mutated inputs to
 * every reader of untrusted files (src-main/testing/fuzz); docs/hostile-input.md says what it looks for. `--first N --inputs 1` repeats input
 * N of a seed. The inputs are in one folder, in /dev/shm where there is one. It is removed on exit, also after a signal; the folder of a run
 * that was killed is removed by the next run.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    only: { type: 'string', default: 'what others have written' },
  },
});

const places = ['/dev/shm', tmpdir()].filter((place) => existsSync(place));
for (const place of places) sweep(place);
const folder = mkdtempSync(join(places[0], `cellsmith-fuzz-${process.pid}-`));

const ownsGroup = process.platform !== 'win32';
const tests = spawn(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    'src-main/testing/fuzz/fuzz.test.ts',
    '--testNamePattern',
    values.only,
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Its own process group, so that all of it can be killed: a process inside SQLite handles only SIGKILL.
    detached: ownsGroup,
    env: {
      ...process.env,
      CELLSMITH_FUZZ_INPUTS: values.inputs,
      CELLSMITH_FUZZ_SEED: values.seed,
      CELLSMITH_FUZZ_FIRST: values.first,
      CELLSMITH_FUZZ_FOLDER: folder,
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (ownsGroup) process.kill(-tests.pid, 'SIGKILL');
    else tests.kill();
  });
tests.on('exit', (status) => {
  // A target removes its own folder, unless its process crashed.
  for (const name of readdirSync(folder)) {
    const input = join(folder, name, 'input');
    if (existsSync(input)) console.error(`The process ended in ${readFileSync(input, 'utf8')}.`);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exitCode = status ?? 1;
});

/** Removes the folders of processes that no longer exist. */
function sweep(place) {
  for (const name of readdirSync(place)) {
    const pid = /^cellsmith-fuzz-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(place, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

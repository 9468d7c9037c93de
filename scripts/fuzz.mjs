/**
 * `npm run fuzz -- [--inputs 10000] [--seed 1] [--first 0] [--only "run.sqlite"]`: has every reader of what others may have written read
 * mutated inputs (src-main/testing/fuzz); docs/hostile-input.md says what is looked for. `--first N --inputs 1` reads input N of a seed again.
 */
import { spawnSync } from 'node:child_process';
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
const { status } = spawnSync(
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
    stdio: 'inherit',
    env: {
      ...process.env,
      CELLSMITH_FUZZ_INPUTS: values.inputs,
      CELLSMITH_FUZZ_SEED: values.seed,
      CELLSMITH_FUZZ_FIRST: values.first,
    },
  },
);
process.exitCode = status ?? 1;

/**
 * `npm run test:queue -- [--kills 60] [--children 48] [--seed 7]`: the long form of the test in which workers, Redis and the search itself
 * are killed at random (src-main/cli/worker-killed.test.ts); the search must equal an undisturbed one bit by bit.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureSystem } from './system.mjs';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    children: { type: 'string', default: '48' },
    seed: { type: 'string', default: '7' },
  },
});
ensureSystem('queue');
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'src-main/cli/worker-killed.test.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CELLSMITH_QUEUE_KILLS: values.kills,
      CELLSMITH_QUEUE_CHILDREN: values.children,
      CELLSMITH_QUEUE_SEED: values.seed,
    },
  },
);
process.exitCode = status ?? 1;

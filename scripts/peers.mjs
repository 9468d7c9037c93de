/**
 * `npm run test:peers`: the tests that compare the product with PyTorch, Keras and TensorFlow in Python. Further arguments
 * go to the test runner. Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { peersPython } from './peers-environment.mjs';
import { runOrFail, runVitest } from './vitest.mjs';

const root = resolve(import.meta.dirname, '..');

runOrFail(() => {
  const python = peersPython();
  console.log(`Peers: ${python}`);
  const engine = spawnSync(process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), 'engine'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (engine.status !== 0)
    throw new Error('The training engine could not be installed: see its message above.');
  runVitest('vitest.peers.config.ts', process.argv.slice(2), { CELLSMITH_PEERS_PYTHON: python });
});

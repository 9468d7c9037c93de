/**
 * `npm run test:peers`: the tests that compare the product with PyTorch, Keras and TensorFlow in Python. Further arguments
 * go to the test runner. Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { peersPython } from './peers-environment.mjs';

const root = resolve(import.meta.dirname, '..');

function main() {
  const python = peersPython();
  console.log(`Peers: ${python}`);
  const engine = spawnSync(process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), 'engine'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (engine.status !== 0)
    throw new Error('The training engine could not be installed: see its message above.');

  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-peers-'));
  const report = join(folder, 'report.json');
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--config=vitest.peers.config.ts',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...process.argv.slice(2),
      ],
      { cwd: root, stdio: 'inherit', env: { ...process.env, CELLSMITH_PEERS_PYTHON: python } },
    );
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    // A test file that fails to load contributes no failed test.
    const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    console.log(`\n${numPassedTests} passed, ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  main();
} catch (error) {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}

/** Runs Vitest with one of the project's configurations, and ends with the line `N passed, N failed`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/**
 * Runs the tests of a configuration, prints their counts and sets the exit code.
 * @param config its file, relative to the repository
 * @param parameters further ones for the test runner
 * @param environment added to that of this process
 */
export function runVitest(config, parameters, environment) {
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
  const report = join(folder, 'report.json');
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        `--config=${config}`,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...parameters,
      ],
      { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } },
    );
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    // A test file that fails to load contributes no failed test.
    const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    printCounts(numPassedTests, failed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the main function of a script; what it throws is printed and counts as a failure. */
export function runOrFail(main) {
  try {
    main();
  } catch (error) {
    console.error(error.message);
    printCounts(0, 1);
  }
}

function printCounts(passed, failed) {
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

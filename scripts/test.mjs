/**
 * `npm test`: every check, the fastest first. Installs the engine before the tests that need it, and says at once what the system lacks.
 * Ends with the line `N passed, N failed`; a check such as the type check counts as one test.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runPlaywright } from './e2e.mjs';
import { ensureSystem } from './system.mjs';

const root = resolve(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

/** Commands that fail with a non-zero exit code. */
const checks = [
  ['types', bin('vue-tsc'), ['-b']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['dependency rules', bin('depcruise'), ['--output-type', 'err', 'src-main', 'src-renderer', 'src-shared']],
  ['rooms', process.execPath, [join(root, 'scripts', 'rooms.mjs')]],
  ['dead code', bin('knip'), []],
  ['code for tests alone', bin('knip'), ['--production', '-c', 'knip.production.jsonc']],
  ['build', process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), '--version']],
  ['engine', process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), 'engine']],
];

let passed = 0;
let failed = 0;

function run(command, parameters) {
  return (
    spawnSync(command, parameters, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
      .status === 0
  );
}

function check(name, command, parameters) {
  const started = Date.now();
  console.log(`\n── ${name}`);
  const succeeded = run(command, parameters);
  if (succeeded) passed += 1;
  else failed += 1;
  console.log(`${succeeded ? 'ok' : 'FAILED'}: ${name}, ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function vitest() {
  console.log('\n── unit and integration tests');
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
  const report = join(folder, 'report.json');
  try {
    const succeeded = run(bin('vitest'), [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]);
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    failed += numFailedTests;
    // A test file that fails to load contributes no failed test.
    if (!succeeded && numFailedTests === 0) failed += 1;
  } catch (error) {
    console.error(`The test runner left no report: ${error.message}`);
    failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files in which Playwright describes the page of a failed test: printed, since only the log of CI is kept. */
function pagesOfFailures(suites) {
  return suites.flatMap(({ suites: inner = [], specs = [] }) => [
    ...pagesOfFailures(inner),
    ...specs
      .flatMap(({ tests }) => tests.flatMap(({ results }) => results))
      .flatMap(({ attachments }) => attachments.filter(({ name }) => name === 'error-context'))
      .map(({ path }) => path),
  ]);
}

/** The window and its pages, in Electron. */
async function windowTests() {
  console.log('\n── end-to-end tests');
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
  const report = join(folder, 'report.json');
  try {
    const code = await runPlaywright(['--reporter=list,json'], {
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      // CI keeps screenshots of every page: test-results/screenshots.
      ...(process.env.CI && { CELLSMITH_SCREENSHOTS: '1' }),
    });
    const { stats, suites } = JSON.parse(readFileSync(report, 'utf8'));
    const { expected, unexpected, flaky } = stats;
    for (const path of pagesOfFailures(suites)) console.log(`\n${path}:\n${readFileSync(path, 'utf8')}`);
    passed += expected + flaky;
    failed += unexpected;
    if (code !== 0 && unexpected === 0) failed += 1;
  } catch (error) {
    console.error(`The end-to-end tests left no report: ${error.message}`);
    failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

ensureSystem('test');
for (const [name, command, parameters] of checks) check(name, command, parameters);
vitest();
await windowTests();
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

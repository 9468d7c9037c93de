/**
 * `npm test`: every check. Types, build and engine come first; then the static checks and the tests of the window run next to the unit
 * tests, which leaves no core idle. Ends with the line `N passed, N failed`; a check such as the type check counts as one test.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { playwrightCommand } from './e2e.mjs';
import { ensureSystem } from './system.mjs';

const root = resolve(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

/** What the tests need. */
const preparations = [
  ['types', bin('vue-tsc'), ['-b']],
  ['build', process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), '--version']],
  ['engine', process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), 'engine']],
];
/** Commands that fail with a non-zero exit code. */
const checks = [
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['dependency rules', bin('depcruise'), ['--output-type', 'err', 'src-main', 'src-renderer', 'src-shared']],
  ['rooms', process.execPath, [join(root, 'scripts', 'rooms.mjs')]],
  ['dead code', bin('knip'), []],
  ['code for tests alone', bin('knip'), ['--production', '-c', 'knip.production.jsonc']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
];

let passed = 0;
let failed = 0;

/** Shows text at once, or keeps it until it is shown: of two lanes, one is shown while the other runs. */
class Output {
  #kept = [];
  #shown = false;

  write = (chunk) => {
    if (this.#shown) process.stdout.write(chunk);
    else this.#kept.push(chunk);
  };

  show() {
    this.#shown = true;
    for (const chunk of this.#kept.splice(0)) process.stdout.write(chunk);
  }
}

/** @returns whether the command succeeded */
function run(output, command, parameters, environment = {}) {
  const colors = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  const child = spawn(command, parameters, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, ...colors, ...environment },
  });
  child.stdout.on('data', output.write);
  child.stderr.on('data', output.write);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      output.write(`${command} could not be started: ${error.message}\n`);
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
}

async function check(output, [name, command, parameters]) {
  const started = Date.now();
  output.write(`\n── ${name}\n`);
  const succeeded = await run(output, command, parameters);
  if (succeeded) passed += 1;
  else failed += 1;
  output.write(`${succeeded ? 'ok' : 'FAILED'}: ${name}, ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/**
 * Runs a test runner that leaves a report, and counts its tests.
 * @param start runs it, given the path of the report; whether it succeeded
 * @param count of the report: passed and failed tests
 */
async function runner(output, name, start, count) {
  output.write(`\n── ${name}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
  const report = join(folder, 'report.json');
  try {
    const succeeded = await start(report);
    const counted = count(JSON.parse(readFileSync(report, 'utf8')));
    passed += counted.passed;
    failed += counted.failed;
    // A test file that fails to load contributes no failed test.
    if (!succeeded && counted.failed === 0) failed += 1;
  } catch (error) {
    output.write(`The ${name} left no report: ${error.message}\n`);
    failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unitTests(output) {
  const parameters = ['run', '--maxWorkers=100%', '--reporter=default', '--reporter=json'];
  return runner(
    output,
    'unit and integration tests',
    (report) => run(output, bin('vitest'), [...parameters, `--outputFile.json=${report}`]),
    ({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests }),
  );
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
async function windowTests(output) {
  const [command, parameters, environment] = await playwrightCommand(['--reporter=list,json']);
  await runner(
    output,
    'end-to-end tests',
    (report) =>
      run(output, command, parameters, {
        ...environment,
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
        // CI keeps screenshots of every page: test-results/screenshots.
        ...(process.env.CI && { CELLSMITH_SCREENSHOTS: '1' }),
      }),
    ({ stats: { expected, unexpected, flaky }, suites }) => {
      for (const path of pagesOfFailures(suites)) output.write(`\n${path}:\n${readFileSync(path, 'utf8')}\n`);
      return { passed: expected + flaky, failed: unexpected };
    },
  );
}

async function checksAndWindow(output) {
  for (const each of checks) await check(output, each);
  await windowTests(output);
}

ensureSystem('test');
const started = Date.now();
const front = new Output();
const back = new Output();
front.show();
for (const each of preparations) await check(front, each);
const behind = checksAndWindow(back);
await unitTests(front);
back.show();
await behind;
console.log(`\nTook ${((Date.now() - started) / 60_000).toFixed(1)} min.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

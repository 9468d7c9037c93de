/**
 * `npm run test:nodes -- [20 22 24 26]`: the built program in each supported Node: engine, store, trainers, and runs that one version
 * wrote and another reads. The Node binaries are npm packages, kept in node_modules/.cache (Linux x64 only).
 * Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const cache = join(root, 'node_modules', '.cache', 'cellsmith', 'nodes');
/** Major versions, by default those that the project supports. */
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24', '26'];

let passed = 0;
let failed = 0;

function check(name, held, detail = '') {
  if (held) passed += 1;
  else failed += 1;
  console.log(`${held ? 'ok' : 'FAILED'}: ${name}${held ? '' : `\n${detail}`}`);
}

/** The Node of a major version, downloaded when it is missing. */
function nodeOf(version) {
  if (process.versions.node.split('.')[0] === version) return process.execPath;
  const folder = join(cache, version);
  const binary = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  console.log(`Fetching Node ${version}`);
  const wanted = `node-${process.platform}-${process.arch}@${version}`;
  const { status, stderr } = spawnSync('npm', ['install', '--no-save', '--ignore-scripts', wanted], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`Node ${version} could not be fetched:\n${stderr}`);
  return binary;
}

function main() {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), '--version']);
  if (built.status !== 0) throw new Error(String(built.stderr));
  const runs = mkdtempSync(join(tmpdir(), 'cellsmith-nodes-'));
  try {
    for (const [index, version] of versions.entries()) tryNode(version, runs, index + 1);
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
}

function tryNode(version, runs, runsSoFar) {
  const node = nodeOf(version);
  const run = (...parameters) =>
    spawnSync(node, [join(root, 'out', 'main', 'cli.js'), ...parameters], {
      encoding: 'utf8',
      env: { ...process.env, CELLSMITH_RUNS: runs },
    });
  const said = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  check(`Node ${version} is ${said}`, said.startsWith(`v${version}.`));

  const engine = run('engine', '--json');
  check(`${said}: the engine loads`, engine.status === 0, engine.stderr);
  const search = run('search', '--json', '--children', '2', '--set', 'recipe.epochs=2', '--trainers', '2');
  const last = search.stdout.trim().split('\n').at(-1);
  check(
    `${said}: a search trains, stores and ends`,
    search.status === 0 && JSON.parse(last).outcome === 'finished',
    search.stderr,
  );
  const list = run('runs', 'list', '--json');
  const listed = list.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  check(
    `${said}: reads the runs of the Nodes before it`,
    listed.length === runsSoFar &&
      listed.every((one) => one.state === 'finished' && one.children.failed === 0),
    list.stdout + list.stderr,
  );
  const resumed = run('search', '--json', '--resume', listed[0].run, '--children', String(2 + runsSoFar));
  check(`${said}: resumes the run of the first`, resumed.status === 0, resumed.stderr);
}

try {
  main();
} catch (error) {
  console.error(error.message);
  failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

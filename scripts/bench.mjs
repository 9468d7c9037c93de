/**
 * `npm run bench`: builds the benchmark, prepares engine and peers, and runs it (`npm run bench -- --help`).
 * `npm run bench -- controller` measures the controller instead, `npm run bench -- window` the window with a large run.
 * `npm run bench -- resume` kills searches and resumes them, `npm run bench -- scale` runs a search at the paper's scale,
 * `npm run bench -- convolutions` measures single convolutions and their gradients, with the custom kernels and with oneDNN's.
 * `npm run bench -- parallel` compares one trainer with several, `npm run bench -- stopping` rules of early stopping on a recorded run.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { electronEnvironment } from './electron-runtime.mjs';
import { peersPython } from './peers-environment.mjs';
import { ensureSystem, withDisplay } from './system.mjs';

const root = resolve(import.meta.dirname, '..');
/** Programs that are named on the command line, and what they need: the engine to train with, the Python peers to compare with. */
const named = {
  controller: { engine: true, peers: true },
  resume: { engine: true, peers: false },
  scale: { engine: false, peers: false },
  parallel: { engine: true, peers: false },
  stopping: { engine: false, peers: false },
  convolutions: { engine: true, peers: false },
};
const programs = ['main', ...Object.keys(named)];
const contestants = ['graph', 'language-graph', 'layers', 'matmul'];

/** The source of each program. */
const entries = {
  ...Object.fromEntries(programs.map((name) => [name, join(root, 'bench', `${name}.ts`)])),
  ...Object.fromEntries(contestants.map((name) => [name, join(root, 'bench', 'contestants', `${name}.ts`)])),
  window: join(root, 'bench', 'window', 'main.ts'),
};

/** Bundles the sources for Node; packages stay in node_modules. */
async function compile() {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: 'out/bench',
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rollupOptions: {
        input: entries,
        // In one folder: programs find each other there.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

/** Needs the built program, Electron and a display, but neither engine nor peers. @returns the exit code */
async function measureWindow(parameters) {
  ensureSystem('window');
  const built = run(process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), '--version']);
  if (built !== 0) return built;
  await compile();
  const [command, ...rest] = withDisplay([
    process.execPath,
    join(root, 'out', 'bench', 'window.js'),
    ...parameters,
  ]);
  return run(command, rest, await electronEnvironment());
}

function run(command, parameters, environment = {}) {
  const { status } = spawnSync(command, parameters, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status ?? 1;
}

const parameters = process.argv.slice(2);
const program = Object.hasOwn(named, parameters[0] ?? '') ? parameters.shift() : 'main';
try {
  if (parameters[0] === 'window') process.exit(await measureWindow(parameters.slice(1)));
  const help = parameters.includes('--help') || parameters.includes('-h');
  const needs = help ? { engine: false, peers: false } : (named[program] ?? { engine: true, peers: true });
  const engine = needs.engine ? run(process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), 'engine']) : 0;
  if (engine === 0) {
    await compile();
    const python = needs.peers ? { CELLSMITH_PEERS_PYTHON: peersPython() } : {};
    process.exitCode = run(
      process.execPath,
      [join(root, 'out', 'bench', `${program}.js`), ...parameters],
      python,
    );
  } else process.exitCode = engine;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

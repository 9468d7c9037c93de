/**
 * `npm run bench`: builds the benchmark, prepares engine and peers, and runs it (`npm run bench -- --help`).
 * `npm run bench -- controller` measures the controller instead.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { peersPython } from './peers-environment.mjs';

const root = resolve(import.meta.dirname, '..');
const programs = ['main', 'graph', 'language-graph', 'layers', 'matmul', 'controller'];

/** What runs in Node 20 without type stripping; packages stay in node_modules. */
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
        input: Object.fromEntries(programs.map((name) => [name, join(root, 'bench', `${name}.ts`)])),
        // Beside one another: they find each other by their own folder.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
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
const program = parameters[0] === 'controller' ? parameters.shift() : 'main';
try {
  const help = parameters.includes('--help') || parameters.includes('-h');
  const engine = help ? 0 : run(process.execPath, [join(root, 'scripts', 'cellsmith.mjs'), 'engine']);
  if (engine === 0) {
    await compile();
    const python = help ? {} : { CELLSMITH_PEERS_PYTHON: peersPython() };
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

/**
 * The Python environment of the peers: PyTorch, Keras 3 and TensorFlow at the versions of bench/contestants/peers/requirements.txt, with
 * which benchmarks and some tests compare the product. Created once per user, outside the repository.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheDirectory } from './system.mjs';

const requirements = resolve(import.meta.dirname, '..', 'bench', 'contestants', 'peers', 'requirements.txt');
const constraints = resolve(import.meta.dirname, '..', 'bench', 'contestants', 'peers', 'constraints.txt');
const wantedGigabytes = 12;

/**
 * Ensures a working environment and returns its Python interpreter: the one that CELLSMITH_PEERS_PYTHON names, else one
 * in the user's cache, which is created when it is missing, incomplete or out of date.
 *
 * @returns absolute path of a Python interpreter that imports torch, keras and tensorflow
 */
export function peersPython() {
  const given = process.env.CELLSMITH_PEERS_PYTHON;
  if (given) {
    if (!imports(given))
      throw new Error(`CELLSMITH_PEERS_PYTHON: ${given} does not import torch, keras and tensorflow.`);
    return given;
  }
  const folder = join(cacheDirectory(), 'peers');
  const python =
    process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const marker = join(folder, 'complete');
  const wanted = createHash('sha256')
    .update(readFileSync(requirements))
    .update(readFileSync(constraints))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted && imports(python)) return python;
  make(folder, python);
  writeFileSync(marker, wanted);
  return python;
}

/** Recreates an environment that is incomplete or out of date; pip keeps what it has downloaded. */
function make(folder, python) {
  const base = basePython();
  if (existsSync(folder)) {
    console.log(`Removing the incomplete or outdated environment in ${folder}`);
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 1e9;
  if (free < wantedGigabytes)
    throw new Error(
      `${folder} needs ${wantedGigabytes} GB of free disk space during installation (7 GB afterwards) and has ${free.toFixed(1)} GB.`,
    );
  console.log(`Creating the Python environment of the peers in ${folder}`);
  console.log(
    'About 3.5 GB to download (PyTorch includes CUDA libraries), 7 GB on disk. Takes a few minutes, once.',
  );
  run(
    base,
    ['-m', 'venv', folder],
    'Python cannot create a virtual environment: install its venv module (Debian: apt install python3-venv).',
  );
  const arguments_ = ['-m', 'pip', 'install', '--progress-bar', 'on', '-r', requirements, '-c', constraints];
  run(
    python,
    arguments_,
    'pip could not install the peers (see its message above): run the command again to continue.',
  );
  if (!imports(python)) throw new Error(`The peers are installed in ${folder} but cannot be imported.`);
}

/** There are wheels of these TensorFlow and numpy versions for Python 3.11 to 3.13. */
function basePython() {
  const suitable = 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else 1)';
  for (const name of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'])
    if (spawnSync(name, ['-c', suitable]).status === 0) return name;
  throw new Error('The peers need Python 3.11, 3.12 or 3.13: install one so that it is found as python3.');
}

function imports(python) {
  const check = [
    'import importlib.util as u, sys',
    'sys.exit(0 if all(u.find_spec(m) for m in ("torch", "keras", "tensorflow", "numpy")) else 1)',
  ].join('\n');
  return spawnSync(python, ['-c', check]).status === 0;
}

function run(command, parameters, sentence) {
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit' });
  if (status !== 0) throw new Error(sentence, { cause: error });
}

/**
 * `npm run test:gpu`: what runs on an NVIDIA GPU. Installs the engine with CUDA and prints its report, then tests ops and gradients,
 * children and language models, the same ones against PyTorch on the same GPU, and several trainers that share it.
 * `npm run test:gpu -- --cpu` runs the same tests on the CPU: it tries the script where there is no GPU, and says nothing about one.
 * Ends with the line `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import { peersPython } from './peers-environment.mjs';
import { ensureSystem } from './system.mjs';
import { runOrFail, runVitest } from './vitest.mjs';

const root = resolve(import.meta.dirname, '..');
const onCpu = process.argv.includes('--cpu');
const further = process.argv.slice(2).filter((argument) => argument !== '--cpu');

/** Output of a command of this program. @throws when it fails; it has said why */
function cellsmith(...parameters) {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'cellsmith.mjs'), ...parameters],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`cellsmith ${parameters.join(' ')} failed: see its message above.`);
  return stdout;
}

/** The GPUs that the driver lists, with driver version and memory. */
function listedGpus() {
  const { status, stdout } = spawnSync(
    'nvidia-smi',
    ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'],
    { encoding: 'utf8' },
  );
  return status === 0 ? stdout.trim() : '';
}

/** A Python whose PyTorch computes where the tests do. */
function pythonWithTorch() {
  const python = process.env.CELLSMITH_PEERS_PYTHON ?? peersPython();
  const check = onCpu ? 'import torch' : 'import sys, torch; sys.exit(not torch.cuda.is_available())';
  const { status } = spawnSync(python, ['-c', check], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return python;
  throw new Error(
    `PyTorch in ${python} finds no GPU: name a Python with a PyTorch for this driver in CELLSMITH_PEERS_PYTHON.`,
  );
}

runOrFail(() => {
  ensureSystem('engine');
  const gpus = listedGpus();
  if (gpus === '' && !onCpu)
    throw new Error(
      'nvidia-smi lists no GPU: install the NVIDIA driver, or run this on a machine with a GPU.',
    );
  console.log(onCpu ? 'On the CPU: nothing here is a test of a GPU.' : `GPUs: ${gpus}`);
  const variant = onCpu ? [] : ['--variant', 'cuda'];
  const installation = JSON.parse(cellsmith('engine', ...variant, '--json'));
  process.stdout.write(cellsmith('engine', '--report'));

  const python = pythonWithTorch();
  const libraries = [...installation.libraryPaths, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean);
  runVitest('vitest.gpu.config.ts', further, {
    ...(libraries.length > 0 && { LD_LIBRARY_PATH: libraries.join(delimiter) }),
    CELLSMITH_PEERS_PYTHON: python,
    CELLSMITH_TEST_DEVICE: onCpu ? 'cpu' : 'gpu:0',
    CELLSMITH_PEERS_DEVICE: onCpu ? 'cpu' : 'cuda',
    // Tests compare to 1e-4 and bit by bit: no TF32, and kernels whose sums have one order.
    NVIDIA_TF32_OVERRIDE: '0',
    TF_DETERMINISTIC_OPS: '1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
  });
});

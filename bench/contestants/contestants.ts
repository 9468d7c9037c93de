import { join, resolve } from 'node:path';
import { engineEnvironment } from '../../src-main/engine/load';
import { isTiny, type BenchChild } from '../networks/children';
import type { ContestantCommand } from './contestant';

/** All contestants: `ours` are the product, the others its peers. */
export const contestantNames = [
  'graph',
  'graph-augmented',
  'layers',
  'keras',
  'keras-jit',
  'torch',
  'torch-compile',
  'torch-fused',
] as const;
export type ContestantName = (typeof contestantNames)[number];

/** Headings of the tables. */
const contestantTitles: Readonly<Record<ContestantName, string>> = {
  graph: 'Cellsmith',
  'graph-augmented': 'Cellsmith, augmenting',
  layers: 'tfjs-layers',
  keras: 'Keras 3 on TensorFlow',
  'keras-jit': 'Keras 3, jit_compile',
  torch: 'PyTorch, channels last',
  'torch-compile': 'PyTorch, torch.compile',
  'torch-fused': 'PyTorch, fused nn.LSTM',
};

/** The heading of a contestant among those that train children of a kind. */
export function contestantTitle(name: ContestantName, kind: BenchChild['kind']): string {
  return name === 'torch' && kind === 'language' ? 'PyTorch, eager' : contestantTitles[name];
}

/** Whether it is a peer: another framework on the same work. */
export function isPeer(name: ContestantName): boolean {
  return name !== 'graph' && name !== 'graph-augmented';
}

/** Whether a contestant takes part in a child. */
export function canTrain(name: ContestantName, child: BenchChild): boolean {
  switch (name) {
    case 'layers':
      // It takes minutes for what others do in seconds.
      return child.kind === 'conv' && (child.name === 'six-layer' || isTiny(child.name));
    case 'graph-augmented':
      return child.kind === 'conv';
    case 'torch-fused':
      return child.kind === 'language' && child.architecture.cell.kind === 'lstm';
    case 'graph':
    case 'keras':
    case 'keras-jit':
    case 'torch':
    case 'torch-compile':
      return true;
  }
}

/** Where and with what the contestants run. */
export interface Surroundings {
  /** A Python that imports keras and torch; null when no peer takes part. */
  readonly python: string | null;
  readonly threads: number;
  /** For what must not outlive the benchmark: the compiler's cache would make a second start look fast. */
  readonly scratch: string;
}

const programs = import.meta.dirname;
const peers = resolve(programs, '..', '..', 'bench', 'contestants', 'peers');

export function contestantCommand(
  name: ContestantName,
  { kind }: BenchChild,
  workload: string,
  { python, threads, scratch }: Surroundings,
): ContestantCommand {
  const ours = (program: string, ...more: string[]): ContestantCommand => ({
    name,
    command: process.execPath,
    parameters: [join(programs, program), workload, ...more],
    environment: engineEnvironment({ threads }),
  });
  const theirs = (program: string, ...more: string[]): ContestantCommand => ({
    name,
    ...pythonCommand(python, program, [workload, String(threads), ...more]),
    environment: {
      OMP_NUM_THREADS: String(threads),
      TORCHINDUCTOR_CACHE_DIR: join(scratch, 'inductor'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  const [product, torch, keras] =
    kind === 'conv'
      ? (['graph.js', 'torch_peer.py', 'keras_peer.py'] as const)
      : (['language-graph.js', 'language_torch_peer.py', 'language_keras_peer.py'] as const);
  switch (name) {
    case 'graph':
      return ours(product);
    case 'graph-augmented':
      return ours(product, 'augmenting');
    case 'layers':
      return ours('layers.js');
    case 'keras':
      return theirs(keras);
    case 'keras-jit':
      return theirs(keras, 'jit');
    case 'torch':
      return theirs(torch);
    case 'torch-compile':
      return theirs(torch, 'compile');
    case 'torch-fused':
      return theirs(torch, 'fused');
  }
}

/** Side of the two square matrices whose product measures the machine's peak rate. */
export const matmulSide = 2048;

/** Two measures of the machine's own rate, of which the better one counts: TensorFlow's product and PyTorch's. */
export function matmulCommands({ python, threads }: Surroundings): ContestantCommand[] {
  const ours: ContestantCommand = {
    name: 'matmul of TensorFlow',
    command: process.execPath,
    parameters: [join(programs, 'matmul.js'), String(matmulSide)],
    environment: engineEnvironment({ threads }),
  };
  if (python === null) return [ours];
  const theirs: ContestantCommand = {
    name: 'matmul of PyTorch',
    ...pythonCommand(python, 'matmul.py', [String(matmulSide), String(threads)]),
    environment: { OMP_NUM_THREADS: String(threads) },
  };
  return [ours, theirs];
}

function pythonCommand(python: string | null, program: string, parameters: readonly string[]) {
  if (python === null) throw new Error(`${program} needs the Python environment of the peers`);
  return { command: python, parameters: [join(peers, program), ...parameters] };
}

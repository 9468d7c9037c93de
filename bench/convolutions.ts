/**
 * `npm run bench -- convolutions`: single convolutions and their gradients, by the custom kernels and by oneDNN's in TensorFlow, interleaved.
 * `ONEDNN_MAX_CPU_ISA=AVX2` keeps both from AVX-512. The model in
 * `src-main/engine/kernels/rewrites.ts` rests on these figures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAssignSignature } from '../src-main/engine/compile';
import { gradients } from '../src-main/engine/gradients';
import { Graph, type Tensor } from '../src-main/engine/graph';
import { isFastConvolution } from '../src-main/engine/kernels/rewrites';
import { engineEnvironment, kernelConstants } from '../src-main/engine/load';
import { supportsKernels } from '../src-main/engine/kernels/kernels';
import { mul } from '../src-main/engine/ops/arithmetic';
import { sum } from '../src-main/engine/ops/broadcast';
import { conv2d } from '../src-main/engine/ops/convolution';
import { slice } from '../src-main/engine/ops/layout';
import { openSession, type FeedValue, type Session } from '../src-main/engine/session';
import { readVariable, variable } from '../src-main/engine/variables';
import { Generator } from '../src-shared/random';
import { spreadOf } from './statistics';

/** Side of the square images, channels, kernel rows and columns, filters. Padding is SAME, stride 1, batch 32. */
type Layer = readonly [side: number, depth: number, rows: number, columns: number, filters: number];

const batch = 32;
/** From the benchmark's children and around them: kernels of every height, full and partial vectors, many channels and few. */
const layers: readonly Layer[] = [
  [32, 36, 3, 3, 36],
  [32, 24, 3, 3, 64],
  [32, 198, 7, 7, 24],
  [32, 200, 5, 5, 36],
  [32, 152, 3, 1, 36],
  [32, 64, 1, 3, 64],
  [32, 64, 1, 7, 36],
  [18, 64, 3, 3, 64],
  [16, 144, 5, 7, 48],
  [16, 48, 7, 3, 48],
  [16, 112, 1, 3, 48],
  [16, 372, 5, 5, 12],
  [12, 64, 7, 3, 64],
  [8, 64, 7, 7, 64],
  [8, 48, 5, 5, 24],
  [8, 152, 1, 3, 36],
  [4, 168, 5, 7, 64],
  [4, 84, 3, 3, 36],
];

const turns = 30;
const kinds = ['forward', 'input', 'filter'] as const;

if (!supportsKernels()) throw new Error('The custom kernels need Linux x64 with AVX2.');
// Read when the engine is loaded.
Object.assign(process.env, engineEnvironment({ threads: cpus().length }), { TF_CPP_MIN_LOG_LEVEL: '3' });
console.log('| image, channels, kernel, filters | convolution | gradient of input | gradient of filter |');
console.log('| --- | --- | --- | --- |');
for (const layer of layers) {
  const [side, depth, rows, columns, filters] = layer;
  const cells = await measure(layer);
  console.log(`| ${side} × ${side} × ${depth}, ${rows} × ${columns}, ${filters} | ${cells.join(' | ')} |`);
}

/** Milliseconds of oneDNN's and of the custom kernel, by kind; the latter in brackets if the graph takes oneDNN's. */
async function measure([side, depth, rows, columns, filters]: Layer): Promise<string[]> {
  const graph = new Graph();
  const x = variable(graph, 'x', [batch, side, side, depth]);
  const filter = variable(graph, 'filter', [rows, columns, depth, filters]);
  const dy = variable(graph, 'dy', [batch, side, side, filters]);
  const [images, weights] = [readVariable(x), readVariable(filter)];
  const y = conv2d(images, weights);
  const [dx = y, dw = y] = gradients(sum(mul(y, readVariable(dy))), [images, weights]);
  const results: Record<(typeof kinds)[number], Tensor> = { forward: y, input: dx, filter: dw };
  for (const kind of kinds)
    graph.addSignature(kind, {
      inputs: {},
      outputs: { first: slice(results[kind], [0, 0, 0, 0], [1, 1, 1, 1]) },
    });
  addAssignSignature(graph, 'assign', [x, filter, dy]);

  const directory = mkdtempSync(join(tmpdir(), 'cellsmith-bench-'));
  const sessions = [
    await openSession(graph, { directory }),
    await openSession(graph, { customConvolution: () => true }),
  ];
  rmSync(directory, { recursive: true });
  const generator = Generator.seeded(1, 'bench/convolutions');
  const values: Record<string, FeedValue> = {};
  for (const { name, shape } of graph.variables)
    values[name] = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => generator.normal());
  for (const session of sessions) session.run('assign', values);
  const cells = kinds.map((kind) => {
    const [theirs = Number.NaN, ours = Number.NaN] = inTurns(sessions, kind);
    const taken = kind === 'filter' || isFastConvolution(results[kind].node, kernelConstants());
    const own = ours.toFixed(2);
    return `${theirs.toFixed(2)} → ${taken ? own : `(${own})`}, ${(theirs / ours).toFixed(2)}×`;
  });
  for (const session of sessions) session.close();
  return cells;
}

/** Median milliseconds of a run of each. */
function inTurns(sessions: readonly Session[], signature: string): number[] {
  const times = sessions.map((): number[] => []);
  for (let turn = -3; turn < turns; turn++)
    for (const [which, session] of sessions.entries()) {
      const started = performance.now();
      session.run(signature);
      if (turn >= 0) times[which]?.push(performance.now() - started);
    }
  return times.map((taken) => spreadOf(taken).median);
}

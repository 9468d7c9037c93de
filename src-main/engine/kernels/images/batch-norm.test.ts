import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../../src-shared/random';
import { gradients } from '../../gradients';
import { Graph } from '../../graph';
import { relu } from '../../ops/activation';
import { mul } from '../../ops/arithmetic';
import { sum } from '../../ops/broadcast';
import { batchNormTraining } from '../../ops/normalization';
import { placeholder } from '../../ops/source';
import { encodeSavedModel } from '../../saved-model';
import { fetchedFloats, openSession } from '../../session';
import { kernelRewrites } from '../rewrites';

type Size = readonly [batch: number, height: number, width: number, channels: number];

/** A normalisation and ReLU with their gradients; `also` fetches what the fused kernel does not compute. */
function normalized(size: Size, options: { moving?: boolean; also?: 'normalised' } = {}): Graph {
  const graph = new Graph();
  const channels = [size[3]];
  const [x, dy] = [placeholder(graph, 'x', size), placeholder(graph, 'dy', size)];
  const gamma = placeholder(graph, 'gamma', channels);
  const beta = placeholder(graph, 'beta', channels);
  const mean = placeholder(graph, 'mean', channels);
  const variance = placeholder(graph, 'variance', channels);
  const moving = options.moving === false ? undefined : { mean, variance, rate: 0.1 };
  const batch = batchNormTraining(x, gamma, beta, 1e-3, moving);
  const y = relu(batch.y);
  const [dx = x, dgamma = gamma, dbeta = beta] = gradients(sum(mul(y, dy)), [x, gamma, beta]);
  graph.addSignature('run', {
    inputs: { x, dy, gamma, beta, mean, variance },
    outputs: {
      ...{ y, dx, dgamma, dbeta, mean: batch.mean, variance: batch.variance },
      ...(options.also === 'normalised' ? { normalised: batch.y } : {}),
    },
  });
  return graph;
}

function drawn(size: Size): Record<string, Float32Array> {
  const generator = Generator.seeded(3);
  const count = size.reduce((a, b) => a * b, 1);
  const draw = (length: number, deviation = 1, middle = 0): Float32Array =>
    Float32Array.from({ length }, () => middle + deviation * generator.normal());
  const channels = size[3];
  return {
    x: Float32Array.from({ length: count }, (_, i) => (i % channels) - 2 + 1.5 * generator.normal()),
    dy: draw(count),
    gamma: draw(channels, 0.3, 1),
    beta: draw(channels, 0.5),
    mean: draw(channels),
    variance: draw(channels, 0.1, 1),
  };
}

async function run(graph: Graph, feeds: Record<string, Float32Array>, directory?: string, times = 1) {
  const session = await openSession(graph, directory === undefined ? {} : { directory });
  let fetched = session.run('run', feeds);
  for (let i = 1; i < times; i++) fetched = session.run('run', feeds);
  session.close();
  const outputs = graph.signatures.get('run')?.outputs ?? {};
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, fetchedFloats(fetched, name)]));
}

function largestDifference(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a?.length !== b?.length) return Number.NaN;
  return a?.reduce((most, value, i) => Math.max(most, Math.abs(value - (b?.[i] ?? Number.NaN))), 0) ?? 0;
}

describe('batch normalisation fused with ReLU', () => {
  // Full and partial vectors of channels, pixels that divide evenly among threads and that do not, more channels than a block.
  const sizes: Size[] = [
    [4, 32, 32, 36],
    [3, 7, 5, 1],
    [2, 9, 9, 6],
    [5, 8, 8, 24],
    [1, 1, 2, 7],
    [2, 4, 4, 300],
    [8, 16, 16, 64],
  ];

  // A SavedModel that is kept has TensorFlow's ops.
  it.each(sizes)('equals TensorFlow: %i × %i × %i × %i', async (...size) => {
    const [graph, feeds] = [normalized(size), drawn(size)];
    const directory = mkdtempSync(join(tmpdir(), 'cellsmith-test-'));
    const own = await run(graph, feeds);
    const expected = await run(graph, feeds, directory);
    rmSync(directory, { recursive: true });
    const pixels = size[0] * size[1] * size[2];
    expect(largestDifference(own['y'], expected['y'])).toBeLessThan(1e-4);
    expect(largestDifference(own['mean'], expected['mean'])).toBeLessThan(1e-5);
    expect(largestDifference(own['variance'], expected['variance'])).toBeLessThan(1e-4);
    expect(largestDifference(own['dx'], expected['dx'])).toBeLessThan(pixels < 3 ? 1e-3 : 1e-4);
    for (const name of ['dgamma', 'dbeta'])
      expect(largestDifference(own[name], expected[name])).toBeLessThan(
        1e-4 * Math.max(1, Math.sqrt(pixels)),
      );
  });

  it('gives the gradient that finite differences show', async () => {
    const size: Size = [2, 3, 3, 5];
    const [graph, feeds] = [normalized(size), drawn(size)];
    const { dx, dgamma, dbeta } = await run(graph, feeds);
    const value = async (name: string, i: number, change: number): Promise<number> => {
      const moved = Float32Array.from(feeds[name] ?? []);
      moved[i] = (moved[i] ?? 0) + change;
      const { y } = await run(graph, { ...feeds, [name]: moved });
      return y?.reduce((total, element, j) => total + element * (feeds['dy']?.[j] ?? 0), 0) ?? Number.NaN;
    };
    // Small, so that few values cross zero, where the ReLU has no derivative.
    const step = 2e-4;
    for (const [name, gradient, at] of [
      ['x', dx, 7],
      ['x', dx, 61],
      ['gamma', dgamma, 2],
      ['beta', dbeta, 3],
    ] as const) {
      const slope = ((await value(name, at, step)) - (await value(name, at, -step))) / (2 * step);
      expect(Math.abs((gradient?.[at] ?? Number.NaN) - slope)).toBeLessThan(0.02);
    }
  });

  it('loses no digits where the mean is far from zero', async () => {
    const size: Size = [4, 16, 16, 6];
    const feeds = drawn(size);
    const near = await run(normalized(size), feeds);
    // 512 is added without rounding to what has few digits.
    const coarse = Float32Array.from(feeds['x'] ?? [], (value) => Math.round(value * 1024) / 1024);
    const exact = await run(normalized(size), { ...feeds, x: coarse });
    const far = await run(normalized(size), { ...feeds, x: coarse.map((value) => value + 512) });
    expect(largestDifference(near['y'], exact['y'])).toBeGreaterThan(0);
    expect(largestDifference(far['y'], exact['y'])).toBeLessThan(1e-3);
  });

  it('is deterministic', async () => {
    const size: Size = [6, 16, 16, 36];
    const [graph, feeds] = [normalized(size), drawn(size)];
    expect(await run(graph, feeds, undefined, 3)).toEqual(await run(graph, feeds));
  });

  it('returns the statistics of the batch without running averages', async () => {
    const size: Size = [2, 8, 8, 3];
    const feeds = drawn(size);
    const { mean, variance } = await run(normalized(size, { moving: false }), feeds);
    const values = feeds['x']?.filter((_, i) => i % 3 === 1) ?? new Float32Array();
    const average = values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean?.[1]).toBeCloseTo(average, 5);
    const squares = values.reduce((total, value) => total + (value - average) ** 2, 0);
    expect(variance?.[1]).toBeCloseTo(squares / (values.length - 1), 4);
  });
});

describe('a graph rewritten to custom kernels', () => {
  const names = (graph: Graph): string =>
    Buffer.from(encodeSavedModel(graph, kernelRewrites(graph))).toString('latin1');

  it('has the fused kernel for normalisation and ReLU', () => {
    const text = names(normalized([2, 4, 4, 3]));
    expect(text).toContain('CellsmithBatchNormRelu');
    expect(text).toContain('CellsmithBatchNormReluGrad');
  });

  it('keeps ops whose other outputs are used', () => {
    expect(names(normalized([2, 4, 4, 3], { also: 'normalised' }))).not.toContain('CellsmithBatchNormRelu');
  });
});

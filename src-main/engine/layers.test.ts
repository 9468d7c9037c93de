import { describe, expect, it } from 'vitest';
import { compileModel } from './compile';
import { gradients } from './gradients';
import { Graph, type Tensor } from './graph';
import {
  batchNormalization,
  dense,
  dropoutLayer,
  evaluationPass,
  glorotUniform,
  heNormal,
  ones,
  trainingPass,
  uniform,
} from './layers';
import { mul } from './ops/arithmetic';
import { sum } from './ops/broadcast';
import { dropoutMask } from './ops/random';
import { constant, placeholder } from './ops/source';
import { sgd } from './optimizers';
import { fetchedFloats, openSession } from './session';
import { type Initializer, readVariable, variable } from './variables';

/** Runs one signature of a graph once. */
async function fetched(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Parameters<Awaited<ReturnType<typeof openSession>>['run']>[1],
): Promise<Record<string, Float32Array>> {
  graph.addSignature('run', { inputs, outputs });
  const session = await openSession(graph);
  const results = session.run('run', feeds);
  session.close();
  return Object.fromEntries(Object.keys(outputs).map((name) => [name, fetchedFloats(results, name)]));
}

/** Draws of an initialiser from seeds. */
async function drawn(
  initial: Initializer,
  shape: readonly number[],
  ...seeds: number[][]
): Promise<Float32Array[]> {
  const graph = new Graph();
  const seed = placeholder(graph, 'seed', [2], 'int32');
  graph.addSignature('draw', { inputs: { seed }, outputs: { values: initial(seed, shape) } });
  const session = await openSession(graph);
  const values = seeds.map((s) => fetchedFloats(session.run('draw', { seed: Int32Array.from(s) }), 'values'));
  session.close();
  return values;
}

function moments(values: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = values.reduce((total, v) => total + v, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length);
  return { mean, deviation, largest: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) };
}

describe('initialisers', () => {
  it('He: normal with deviation √(2 / fan-in)', async () => {
    const [values = new Float32Array()] = await drawn(heNormal, [3, 3, 20, 60], [1, 2]);
    const { mean, deviation, largest } = moments(values);
    const expected = Math.sqrt(2 / 180);
    expect(Math.abs(mean)).toBeLessThan(0.02 * expected);
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.02);
    expect(largest).toBeGreaterThan(3 * expected);
  });

  it('Glorot: uniform in ± √(6 / (fan-in + fan-out))', async () => {
    const [values = new Float32Array()] = await drawn(glorotUniform, [3, 3, 20, 60], [1, 2]);
    const { deviation, largest } = moments(values);
    const limit = Math.sqrt(6 / (180 + 540));
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.99 * limit);
    expect(Math.abs((deviation / limit) * Math.sqrt(3) - 1)).toBeLessThan(0.02);
  });

  it('uniform stays inside its limit', async () => {
    const [values = new Float32Array()] = await drawn(uniform(0.08), [1000], [1, 2]);
    expect(moments(values).largest).toBeLessThanOrEqual(0.08);
  });

  it('are a function of the seed, also of seed 0', async () => {
    const [zero, zeroAgain, one, negative, other] = await drawn(
      heNormal,
      [50],
      [0, 0],
      [0, 0],
      [0, 1],
      [-5, 0],
      [1, 0],
    );
    expect(zero).toEqual(zeroAgain);
    expect(new Set([zero, one, negative, other].map(String)).size).toBe(4);
  });
});

it('a model starts from the same weights in every session, different ones for each variable', async () => {
  const weights = async (): Promise<Record<string, Float32Array>> => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [1, 4]);
    const layers = ['a', 'b'].map((name) => dense(graph, name, [4, 4], { bias: false }));
    const learningRate = constant(graph, 0.1);
    const loss = sum(layers.reduce((y, layer) => layer(y, trainingPass()), x));
    compileModel({ graph, train: { inputs: { x }, outputs: {}, loss, optimizer: sgd(), learningRate } });
    const session = await openSession(graph);
    session.run('init', { seed: Int32Array.of(0, 0) });
    const read = session.run('read');
    session.close();
    return Object.fromEntries(Object.keys(read).map((name) => [name, fetchedFloats(read, name)]));
  };
  const [first, second] = [await weights(), await weights()];
  expect(Object.keys(first)).toEqual(['a/kernel', 'b/kernel']);
  expect(first).toEqual(second);
  expect(first['a/kernel']).not.toEqual(first['b/kernel']);
});

describe('batch normalisation', () => {
  const pixels = [1, 5, 3, -1, 2, 8, 4, 0];

  it('in an evaluation pass uses the moving averages', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [2, 2, 2, 1]);
    const layer = batchNormalization(graph, 'bn', 1, { epsilon: 0.5 });
    const pass = evaluationPass();
    const y = layer(x, pass);
    expect(pass.updates).toEqual([]);
    const values = { gamma: 3, beta: -1, moving_mean: 2, moving_variance: 1.75 };
    const assigned = graph.variables.map((held) => {
      const value = values[held.name.slice(3) as keyof typeof values];
      return [held.name, Float32Array.of(value)] as const;
    });
    const learningRate = constant(graph, 0.1);
    const train = {
      inputs: { x },
      outputs: {},
      loss: sum(readVariable(variable(graph, 'w', [1], { initial: ones }))),
    };
    compileModel({
      graph,
      train: { ...train, optimizer: sgd(), learningRate },
      evaluate: { inputs: { x }, outputs: { y } },
    });
    const session = await openSession(graph);
    session.run('init', { seed: Int32Array.of(0, 0) });
    session.run('assign', { ...Object.fromEntries(assigned), w: Float32Array.of(1) });
    const result = fetchedFloats(session.run('evaluate', { x: Float32Array.from(pixels) }), 'y');
    session.close();
    for (const [i, pixel] of pixels.entries()) {
      expect(result[i]).toBeCloseTo((3 * (pixel - 2)) / Math.sqrt(1.75 + 0.5) - 1, 5);
    }
  });

  it('in a training pass normalises by the batch, and moves the averages by the corrected variance', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [2, 2, 2, 1]);
    const pass = trainingPass();
    const y = batchNormalization(graph, 'bn', 1, { epsilon: 0.5, momentum: 0.75 })(x, pass);
    compileModel({
      graph,
      train: {
        inputs: { x },
        outputs: { y },
        loss: sum(y),
        optimizer: sgd(),
        learningRate: constant(graph, 0),
        updates: pass.updates,
      },
    });
    const session = await openSession(graph);
    session.run('init', { seed: Int32Array.of(0, 0) });
    const result = fetchedFloats(session.run('train', { x: Float32Array.from(pixels) }), 'y');
    const read = session.run('read');
    session.close();
    const mean = pixels.reduce((total, p) => total + p, 0) / 8;
    const squares = pixels.reduce((total, p) => total + (p - mean) ** 2, 0);
    for (const [i, pixel] of pixels.entries()) {
      expect(result[i]).toBeCloseTo((pixel - mean) / Math.sqrt(squares / 8 + 0.5), 5);
    }
    expect(fetchedFloats(read, 'bn/moving_mean')[0]).toBeCloseTo(0.25 * mean, 5);
    expect(fetchedFloats(read, 'bn/moving_variance')[0]).toBeCloseTo(0.75 + (0.25 * squares) / 7, 5);
  });
});

describe('dropout', () => {
  it('drops the given share, scales the rest, and masks the gradient', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [100, 100]);
    const seed = placeholder(graph, 'seed', [2], 'int32');
    const y = dropoutLayer(0.2)(x, trainingPass(seed));
    const [dx = x] = gradients(sum(mul(y, y)), [x]);
    const results = await fetched(
      graph,
      { x, seed },
      { y, dx },
      { x: new Float32Array(10_000).fill(1), seed: Int32Array.of(0, 0) },
    );
    const values = results['y'] ?? new Float32Array();
    const dropped = values.filter((v) => v === 0).length / 10_000;
    expect(Math.abs(dropped - 0.2)).toBeLessThan(0.015);
    expect(values.every((v) => v === 0 || Math.abs(v - 1.25) < 1e-6)).toBe(true);
    expect(results['dx']?.every((d, i) => Math.abs(d - 2 * 1.25 * (values[i] ?? NaN)) < 1e-5)).toBe(true);
  });

  it('draws a mask per use in a step, and one for all time steps if the mask is shared', async () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [64]);
    const seed = placeholder(graph, 'seed', [2], 'int32');
    const pass = trainingPass(seed);
    const [a, b] = [dropoutLayer(0.5)(x, pass), dropoutLayer(0.5)(x, pass)];
    const mask = dropoutMask(pass.draw(), x.shape, 0.5);
    const feeds = { x: new Float32Array(64).fill(1), seed: Int32Array.of(3, 4) };
    const results = await fetched(
      graph,
      { x, seed },
      { a, b, early: mul(x, mask), late: mul(mul(x, x), mask) },
      feeds,
    );
    expect(results['a']).not.toEqual(results['b']);
    expect(results['early']).toEqual(results['late']);
  });

  it('does nothing in an evaluation pass or at rate 0, and needs a seed in a training pass', () => {
    const graph = new Graph();
    const x = placeholder(graph, 'x', [4]);
    expect(dropoutLayer(0.5)(x, evaluationPass())).toBe(x);
    expect(dropoutLayer(0)(x, trainingPass())).toBe(x);
    expect(() => dropoutLayer(0.5)(x, trainingPass())).toThrow(/needs a training pass with a seed/);
    expect(() => evaluationPass().draw()).toThrow(/no random draws/);
  });
});

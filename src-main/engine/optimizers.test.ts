import { describe, expect, it } from 'vitest';
import { compileModel, isKernel } from './compile';
import { Graph, type Tensor } from './graph';
import { l2Loss, mul } from './ops/arithmetic';
import { constant, placeholder } from './ops/source';
import { adam, momentum, sgd, type Optimizer } from './optimizers';
import { fetchedFloats, fetchedNumber, openSession } from './session';
import { readVariable, variable } from './variables';

const start = [1, -2, 0.5, 3];
const rates = [0.1, 0.1, 0.05, 0.02, 0.02];
const scales = [1, 0.5, 2, -1, 0.25];

/** An update rule as in its paper, for one weight: (weight, gradient, rate, step from 1) → weight. It has its own slots. */
type Rule = (w: number, g: number, rate: number, step: number) => number;

const plain: Rule = (w, g, rate) => w - rate * g;

function nesterov(mu: number): Rule {
  let a = 0;
  return (w, g, rate) => {
    a = mu * a + g;
    return w - rate * (g + mu * a);
  };
}

function heavyBall(mu: number): Rule {
  let a = 0;
  return (w, g, rate) => {
    a = mu * a + g;
    return w - rate * a;
  };
}

function kingmaBa(beta1: number, beta2: number, epsilon: number): Rule {
  let [m, v] = [0, 0];
  return (w, g, rate, step) => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    return w - (rate * (m / (1 - beta1 ** step))) / (Math.sqrt(v / (1 - beta2 ** step)) + epsilon);
  };
}

interface Options {
  readonly decay?: number;
  readonly clipNorm?: number;
}

/** Five steps on the loss s · |w|² / 2, whose gradient is s · w, by the graph. */
async function byGraph(
  optimizer: Optimizer,
  options: Options,
): Promise<{ weights: number[]; norms: number[] }> {
  const graph = new Graph();
  const initial = (): Tensor =>
    constant(graph, { dtype: 'float32', shape: [2, 2], values: Float32Array.from(start) });
  const w = readVariable(variable(graph, 'w/kernel', [2, 2], { initial }));
  const learningRate = placeholder(graph, 'rate', []);
  const scale = placeholder(graph, 'scale', []);
  compileModel({
    graph,
    train: {
      inputs: { learningRate, scale },
      outputs: {},
      loss: mul(scale, l2Loss(w)),
      optimizer,
      learningRate,
      ...(options.decay === undefined ? {} : { weightDecay: { rate: options.decay, of: isKernel } }),
      ...(options.clipNorm === undefined ? {} : { clipNorm: options.clipNorm }),
    },
  });
  const session = await openSession(graph);
  session.run('init', { seed: Int32Array.of(0, 0) });
  const norms = rates.map((rate, step) =>
    fetchedNumber(session.run('train', { learningRate: rate, scale: scales[step] ?? 0 }), 'gradient_norm'),
  );
  const weights = [...fetchedFloats(session.run('read'), 'w/kernel')];
  session.close();
  return { weights, norms };
}

/** The same by hand. */
function byHand(
  rule: () => Rule,
  { decay = 0, clipNorm = Infinity }: Options,
): { weights: number[]; norms: number[] } {
  const rules = start.map(() => rule());
  let weights = start;
  const norms = rates.map((rate, step) => {
    const gradients = weights.map((w) => w * (scales[step] ?? 0));
    const norm = Math.hypot(...gradients);
    const factor = Math.min(1, clipNorm / norm);
    weights = weights.map(
      (w, i) => rules[i]?.(w, factor * (gradients[i] ?? 0) + decay * w, rate, step + 1) ?? NaN,
    );
    return norm;
  });
  return { weights, norms };
}

describe.each<[string, () => Optimizer, () => Rule]>([
  ['plain descent', sgd, () => plain],
  ['momentum', () => momentum({ momentum: 0.9, nesterov: false }), () => heavyBall(0.9)],
  ['Nesterov momentum', () => momentum({ momentum: 0.9, nesterov: true }), () => nesterov(0.9)],
  ['Adam', () => adam({ beta1: 0.8, beta2: 0.9, epsilon: 0.01 }), () => kingmaBa(0.8, 0.9, 0.01)],
])('%s', (_name, optimizer, rule) => {
  it.each<[string, Options]>([
    ['alone, at changing rates', {}],
    ['with weight decay', { decay: 0.1 }],
    ['with gradients clipped to a norm that some of them exceed', { clipNorm: 2.5 }],
    ['with decay, which is not clipped, and clipping', { decay: 0.1, clipNorm: 2.5 }],
  ])('follows its rule %s', async (_about, options) => {
    const ours = await byGraph(optimizer(), options);
    const expected = byHand(rule, options);
    for (const [i, w] of expected.weights.entries()) expect(ours.weights[i]).toBeCloseTo(w, 5);
    for (const [i, norm] of expected.norms.entries()) expect(ours.norms[i]).toBeCloseTo(norm, 5);
  });
});

it('the cases exceed the norm that they clip to in some steps, not in all', () => {
  const { norms } = byHand(() => plain, { clipNorm: 2.5 });
  expect(norms.some((norm) => norm > 2.5)).toBe(true);
  expect(norms.some((norm) => norm < 2.5)).toBe(true);
});

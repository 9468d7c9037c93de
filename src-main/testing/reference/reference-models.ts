import { compileModel, isKernel } from '../../engine/compile';
import { Graph, type Tensor } from '../../engine/graph';
import { batchNormalization, convolution, dense, trainingPass, uniform, zeros } from '../../engine/layers';
import { relu, sigmoid, sparseSoftmaxCrossEntropy, tanh } from '../../engine/ops/activation';
import { add, mul, sin, sub } from '../../engine/ops/arithmetic';
import { reshape } from '../../engine/ops/broadcast';
import { gather } from '../../engine/ops/gather';
import { concat, split, transpose, unpack } from '../../engine/ops/layout';
import { maxPool } from '../../engine/ops/pooling';
import { mean } from '../../engine/ops/reduction';
import { constant, placeholder } from '../../engine/ops/source';
import { adam, momentum, sgd } from '../../engine/optimizers';
import { fetchedFloats, fetchedNumber, openSession, type FeedValue } from '../../engine/session';
import { assign, readVariable, variable } from '../../engine/variables';

/** The result of 20 training steps, as reference-models.py prints it. */
export interface Trained {
  readonly losses: readonly number[];
  readonly variables: Readonly<Record<string, readonly number[]>>;
  /** Norms of the gradients before clipping. */
  readonly norms?: readonly number[];
}

interface ReferenceModel {
  readonly graph: Graph;
  /** Phase, scale and offset of the waves that the variables start from; the others start from `init`. */
  readonly start: Readonly<Record<string, readonly [phase: number, scale: number, offset?: number]>>;
  readonly feeds: (step: number) => Record<string, FeedValue>;
}

const steps = 20;

/** The values that reference-models.py starts from and trains on. */
function wave(size: number, phase: number, scale: number, offset = 0): Float32Array {
  const sines = Float32Array.from({ length: size }, (_, i) => scale * Math.sin(1.7 * i + phase));
  return sines.map((sine) => sine + offset);
}

function labelsOf(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i % 3);
}

function multilayerPerceptron(): ReferenceModel {
  const graph = new Graph();
  const x = placeholder(graph, 'x', [7, 5]);
  const labels = placeholder(graph, 'labels', [7], 'int32');
  const pass = trainingPass();
  const first = relu(dense(graph, 'first', [5, 8])(x, pass));
  const second = tanh(dense(graph, 'second', [8, 6])(first, pass));
  const logits = dense(graph, 'output', [6, 3])(second, pass);
  const loss = mean(sparseSoftmaxCrossEntropy(logits, labels));
  const learningRate = constant(graph, 0.02);
  const train = { inputs: { x, labels }, outputs: {}, loss, optimizer: adam(), learningRate };
  compileModel({ graph, train });
  return {
    graph,
    start: {
      'first/kernel': [0, 0.5],
      'first/bias': [1, 0.1],
      'second/kernel': [2, 0.5],
      'second/bias': [3, 0.1],
      'output/kernel': [4, 0.5],
      'output/bias': [5, 0.1],
    },
    feeds: (step) => ({ x: wave(35, 10 + step, 1), labels: labelsOf(7) }),
  };
}

function convolutional(): ReferenceModel {
  const graph = new Graph();
  const images = placeholder(graph, 'images', [4, 9, 8, 3]);
  const labels = placeholder(graph, 'labels', [4], 'int32');
  const learningRate = placeholder(graph, 'learning_rate', []);
  const pass = trainingPass();
  const normalized = (x: Tensor, name: string, channels: number): Tensor =>
    relu(batchNormalization(graph, name, channels, { momentum: 0.9, epsilon: 1e-3 })(x, pass));
  const a = normalized(convolution(graph, 'a', [3, 3, 3, 6])(images, pass), 'a', 6);
  const pooled = maxPool(a, { size: [2, 2] });
  const b = normalized(convolution(graph, 'b', [1, 3, 6, 4])(pooled, pass), 'b', 4);
  const c = relu(convolution(graph, 'c', [3, 3, 10, 5], { strides: [2, 2] })(concat([pooled, b], 3), pass));
  const logits = dense(graph, 'output', [5, 3])(mean(c, { axes: [1, 2] }), pass);
  const loss = mean(sparseSoftmaxCrossEntropy(logits, labels));
  compileModel({
    graph,
    train: {
      inputs: { images, labels, learningRate },
      outputs: {},
      loss,
      optimizer: momentum({ momentum: 0.9, nesterov: true }),
      learningRate,
      weightDecay: { rate: 0.01, of: isKernel },
      updates: pass.updates,
    },
  });
  return {
    graph,
    start: {
      'a/kernel': [0, 0.3],
      'a/gamma': [1, 0.2, 1],
      'a/beta': [2, 0.1],
      'a/moving_variance': [0, 0, 1],
      'b/kernel': [3, 0.3],
      'b/gamma': [4, 0.2, 1],
      'b/beta': [5, 0.1],
      'b/moving_variance': [0, 0, 1],
      'c/kernel': [6, 0.3],
      'output/kernel': [7, 0.5],
      'output/bias': [8, 0.1],
    },
    feeds: (step) => ({
      images: wave(864, 10 + step, 1),
      labels: labelsOf(4),
      learningRate: step < 10 ? 0.1 : 0.02,
    }),
  };
}

function recurrent(): ReferenceModel {
  const graph = new Graph();
  const words = placeholder(graph, 'words', [3, 6], 'int32');
  const pass = trainingPass();
  const inTime = unpack(words, 1);
  const table = variable(graph, 'embedding/table', [9, 4], { initial: uniform(0.05) });
  const embedded = gather(readVariable(table), concat(inTime.slice(0, 5), 0));
  // The input's product, for all steps at once.
  const inputs = split(dense(graph, 'input', [4, 12], { bias: false })(embedded, pass), 5, 0);
  const hidden = dense(graph, 'hidden', [6, 12], { bias: false });
  const state = variable(graph, 'state', [3, 6], { trainable: false, initial: zeros });
  let h = readVariable(state);
  const outputs = inputs.map((input) => {
    const z = add(input, hidden(h, pass));
    const [gate = z, candidate = z] = split(z, 2, 1);
    const open = sigmoid(gate);
    h = add(mul(open, h), mul(sub(constant(graph, 1), open), sin(candidate)));
    return h;
  });
  const logits = dense(graph, 'output', [6, 9])(concat(outputs, 0), pass);
  const targets = reshape(transpose(words, [1, 0]), [18]);
  const [, followers = targets] = split(targets, [3, 15], 0);
  const loss = mean(sparseSoftmaxCrossEntropy(logits, followers));
  const train = {
    inputs: { words },
    outputs: {},
    loss,
    optimizer: sgd(),
    learningRate: constant(graph, 1),
    clipNorm: 0.2,
    updates: [assign(state, h)],
  };
  compileModel({ graph, train });
  return {
    graph,
    start: {
      'embedding/table': [0, 0.5],
      'input/kernel': [1, 0.4],
      'hidden/kernel': [2, 0.4],
      'output/kernel': [3, 0.5],
      'output/bias': [4, 0.1],
    },
    feeds: (step) => ({ words: Int32Array.from({ length: 18 }, (_, i) => (5 * i + step) % 9) }),
  };
}

/** The networks of reference-models.py. */
export const referenceModels = { mlp: multilayerPerceptron, convolutional, recurrent } as const;

/** Trains one of them from the same weights on the same data. */
export async function trainReferenceModel(name: keyof typeof referenceModels): Promise<Required<Trained>> {
  const { graph, start, feeds } = referenceModels[name]();
  const session = await openSession(graph);
  try {
    session.run('init', { seed: Int32Array.of(0, 0) });
    const initial = session.run('read');
    const given = Object.entries(start).map(([held, [phase, scale, offset]]) => {
      const size = fetchedFloats(initial, held).length;
      return [held, wave(size, phase, scale, offset)] as const;
    });
    const kept = Object.keys(initial).map((held) => [held, fetchedFloats(initial, held)] as const);
    session.run('assign', { ...Object.fromEntries(kept), ...Object.fromEntries(given) });
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 0; step < steps; step++) {
      const results = session.run('train', feeds(step));
      losses.push(fetchedNumber(results, 'loss'));
      norms.push(fetchedNumber(results, 'gradient_norm'));
    }
    const read = session.run('read');
    return {
      losses,
      norms,
      variables: Object.fromEntries(
        graph.variables.map((held) => [held.name, [...fetchedFloats(read, held.name)]]),
      ),
    };
  } finally {
    session.close();
  }
}

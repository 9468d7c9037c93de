import { hasCustomOps } from '../engine/load';
import type { CellProgram } from '../engine/ops/cell-graph';
import { recurrent } from '../engine/ops/recurrent';
import { softmaxLoss } from '../engine/ops/softmax-loss';
import { constant } from '../engine/ops/source';
import { integers, type OpCase } from './op-case';

/** u = W x + U h; a = tanh(u₀), b = σ(u₁ · U₁ h); c_t = a · b + c_{t−1}; h_t = max(c_t, sin(relu(b))). Covers every operation. */
const program: CellProgram = {
  blocks: 2,
  instructions: [
    { operation: 'add', a: 0, b: 2 },
    { operation: 'tanh', a: 5, b: 5 },
    { operation: 'multiply', a: 1, b: 3 },
    { operation: 'sigmoid', a: 7, b: 7 },
    { operation: 'multiply', a: 6, b: 8 },
    { operation: 'add', a: 9, b: 4 },
    { operation: 'relu', a: 8, b: 8 },
    { operation: 'sine', a: 11, b: 11 },
    { operation: 'maximum', a: 10, b: 12 },
  ],
  h: 13,
  c: 10,
};

const cases: readonly OpCase[] = [
  {
    op: 'CellsmithRecurrent',
    about: 'over three steps, of every operation',
    inputs: [
      [3, 2, 8],
      [4, 8],
    ],
    build(fromInput, weights) {
      const state = constant(fromInput.node.graph, {
        dtype: 'float32',
        shape: [2, 4],
        values: new Float32Array(8).fill(0.3),
      });
      return recurrent(program, fromInput, weights, { h: state, c: state }).outputs;
    },
    eager(tf, fromInput, weights) {
      let h = tf.fill([2, 4], 0.3);
      let c = tf.fill([2, 4], 0.3);
      const outputs = tf.unstack(fromInput).map((x) => {
        const [x0 = x, x1 = x] = tf.split(x, 2, 1);
        const [u0 = h, u1 = h] = tf.split(tf.matMul(h, weights), 2, 1);
        const b = tf.sigmoid(tf.mul(x1, u1));
        c = tf.add(tf.mul(tf.tanh(tf.add(x0, u0)), b), c);
        h = tf.maximum(c, tf.sin(tf.relu(b)));
        return h;
      });
      return tf.stack(outputs);
    },
  },
  {
    op: 'CellsmithSoftmaxLoss',
    about: 'of classes that do not fill vectors',
    inputs: [[3, 19]],
    build: (logits) => softmaxLoss(logits, integers(logits, [18, 0, 7]), { customOps: true }),
    eager: (tf, logits) =>
      tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(tf.tensor1d([18, 0, 7], 'int32'), 19)), 1)),
  },
];

/** Custom ops, where they are available. */
export const customOpCases: readonly OpCase[] = hasCustomOps() ? cases : [];

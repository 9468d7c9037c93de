import type { Shape } from '../engine/graph';
import * as activation from '../engine/ops/activation';
import * as arithmetic from '../engine/ops/arithmetic';
import { less, maximum, minimum, select } from '../engine/ops/logic';
import { constant } from '../engine/ops/source';
import { image, integers, type OpCase } from './op-case';

/** Unary ops and their eager names. */
const unary = [
  ['Neg', 'neg'],
  ['Sin', 'sin'],
  ['Cos', 'cos'],
] as const;
const unaryOfPositive = [
  ['Sqrt', 'sqrt'],
  ['Log', 'log'],
] as const;
const binary = [
  ['AddV2', 'add'],
  ['Sub', 'sub'],
  ['Mul', 'mul'],
  ['RealDiv', 'div'],
] as const;
const activations = [
  ['Relu', 'relu'],
  ['Sigmoid', 'sigmoid'],
  ['Tanh', 'tanh'],
  ['Softmax', 'softmax'],
] as const;
/** Cases of broadcasting. */
const stretches: readonly (readonly [string, Shape, Shape])[] = [
  ['of one shape', [2, 3], [2, 3]],
  ['with a scalar on the right', [2, 3], []],
  ['with a scalar on the left', [], [2, 3]],
  ['of an image with a vector of channels', [2, 3, 2, 3], [3]],
  ['of one rank with ones on both sides', [2, 1, 3], [1, 4, 3]],
];

/** Arithmetic, activations, selection. */
export const elementwiseOpCases: readonly OpCase[] = [
  ...binary.flatMap(([op, name]) =>
    stretches.map(([about, a, b]): OpCase => ({
      op,
      about,
      inputs: [a, b],
      build: (x, y) => arithmetic[name](x, y),
      eager: (tf, x, y) => tf[name](x, y),
    })),
  ),
  ...unary.map(([op, name]): OpCase => ({
    op,
    about: 'of each element',
    inputs: [[2, 3]],
    build: (x) => arithmetic[name](x),
    eager: (tf, x) => tf[name](x),
  })),
  ...unaryOfPositive.map(([op, name]): OpCase => ({
    op,
    about: 'of each element',
    inputs: [[2, 3]],
    draw: 'positive',
    build: (x) => arithmetic[name](x),
    eager: (tf, x) => tf[name](x),
  })),
  ...activations.map(([op, name]): OpCase => ({
    op,
    about: 'of each row',
    inputs: [[3, 4]],
    build: (x) => activation[name](x),
    eager: (tf, x) => tf[name](x),
  })),
  {
    op: 'AddN',
    about: 'of three',
    inputs: [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    build: (x, y, z) => arithmetic.addN([x, y, z, x]),
    eager: (tf, x, y, z) => tf.addN([x, y, z, x]),
  },
  {
    op: 'L2Loss',
    about: 'of a matrix',
    inputs: [[3, 4]],
    build: (x) => arithmetic.l2Loss(x),
    eager: (tf, x) => tf.mul(tf.sum(tf.square(x)), 0.5),
  },
  {
    op: 'Maximum',
    about: 'with broadcasting',
    inputs: [
      [2, 3],
      [1, 3],
    ],
    draw: 'distinct',
    build: (x, y) => maximum(x, y),
    // The eager gradients of maximum and minimum do not sum over broadcast axes.
    eager: (tf, x, y) => tf.maximum(x, tf.broadcastTo(y, [2, 3])),
  },
  {
    op: 'Maximum',
    about: 'with the constant 0',
    inputs: [[2, 3]],
    build: (x) => maximum(x, constant(x.node.graph, 0)),
    eager: (tf, x) => tf.relu(x),
  },
  {
    op: 'Minimum',
    about: 'with broadcasting',
    inputs: [
      [2, 3],
      [1, 3],
    ],
    draw: 'distinct',
    build: (x, y) => minimum(x, y),
    eager: (tf, x, y) => tf.minimum(x, tf.broadcastTo(y, [2, 3])),
  },
  {
    op: 'SelectV2',
    about: 'with both operands broadcast',
    inputs: [[2, 3], [3]],
    build: (x, y) => select(less(integers(x, [0, 0, 0]), integers(x, [1, 0, 1])), x, y),
    eager: (tf, x, y) =>
      tf.where(tf.tensor([true, false, true, true, false, true], [2, 3]), x, tf.broadcastTo(y, [2, 3])),
  },
  {
    op: 'BiasAdd',
    about: 'of an image',
    inputs: [image, [2]],
    build: (x, bias) => activation.biasAdd(x, bias),
    eager: (tf, x, bias) => tf.add(x, bias),
  },
  {
    op: 'SparseSoftmaxCrossEntropyWithLogits',
    about: 'of three examples',
    inputs: [[3, 4]],
    build: (x) => activation.sparseSoftmaxCrossEntropy(x, integers(x, [2, 0, 3])),
    eager: (tf, x) =>
      tf.neg(tf.sum(tf.mul(tf.oneHot(tf.tensor1d([2, 0, 3], 'int32'), 4), tf.logSoftmax(x)), 1)),
  },
];

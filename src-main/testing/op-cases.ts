import type { Shape, Tensor } from '../engine/graph';
import type { Engine } from '../engine/load';
import * as activation from '../engine/ops/activation';
import * as arithmetic from '../engine/ops/arithmetic';
import { broadcastTo, reshape, sum } from '../engine/ops/broadcast';
import { conv2d, depthwiseConv2d } from '../engine/ops/convolution';
import { gather, segmentSum } from '../engine/ops/gather';
import * as layout from '../engine/ops/layout';
import { greater, maximum, minimum, select } from '../engine/ops/logic';
import { batchMatMul, matMul } from '../engine/ops/matrix';
import { batchNormTraining } from '../engine/ops/normalization';
import { avgPool, maxPool } from '../engine/ops/pooling';
import { max, mean } from '../engine/ops/reduction';
import { constant, identity } from '../engine/ops/source';

type Eager = ReturnType<Engine['tensor']>;

/** How the values of an input are drawn. */
export type Draw =
  /** Magnitudes in [0.4, 1.4] of either sign: away from the kinks at 0. */
  | 'signed'
  /** In [0.4, 1.4]. */
  | 'positive'
  /** No two values nearer than 0.05: the largest stays the largest. */
  | 'distinct';

/** An op with inputs, to be differentiated by our graph, by finite differences, and by eager tfjs. */
export interface OpCase {
  /** TensorFlow's name of the op whose gradient is in question. */
  readonly op: string;
  readonly about: string;
  readonly inputs: readonly Shape[];
  readonly draw?: Draw;
  readonly build: (...inputs: [Tensor, Tensor, Tensor]) => Tensor;
  /** The same in eager tfjs, which differentiates it by itself. */
  readonly eager: (tf: Engine, ...inputs: [Eager, Eager, Eager]) => Eager;
}

const image: Shape = [2, 5, 3, 2];

/** A literal of integers. */
function integers(of: Tensor, values: readonly number[]): Tensor {
  return constant(of.node.graph, values, 'int32');
}

/** Functions of one number, and their eager names. */
const unary = [
  ['Neg', 'neg'],
  ['Square', 'square'],
  ['Exp', 'exp'],
  ['Sin', 'sin'],
  ['Cos', 'cos'],
  ['Abs', 'abs'],
] as const;
const unaryOfPositive = [
  ['Sqrt', 'sqrt'],
  ['Rsqrt', 'rsqrt'],
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
  ['LogSoftmax', 'logSoftmax'],
] as const;
/** Ways in which shapes stretch. */
const stretches: readonly (readonly [string, Shape, Shape])[] = [
  ['of one shape', [2, 3], [2, 3]],
  ['with a scalar on the right', [2, 3], []],
  ['with a scalar on the left', [], [2, 3]],
  ['of an image with one number a channel', [2, 3, 2, 3], [3]],
  ['of one rank with ones on both sides', [2, 1, 3], [1, 4, 3]],
];

export const opCases: readonly OpCase[] = [
  ...binary.flatMap(([op, name]) =>
    stretches.map(([about, a, b]): OpCase => ({
      op,
      about,
      inputs: [a, b],
      build: (x, y) => arithmetic[name](x, y),
      eager: (tf, x, y) => tf[name](x, y),
    })),
  ),
  ...stretches.map(([about, a, b]): OpCase => ({
    op: 'SquaredDifference',
    about,
    inputs: [a, b],
    build: (x, y) => arithmetic.squaredDifference(x, y),
    // Eager gradients of squaredDifference, maximum and minimum themselves forget to sum over stretched axes.
    eager: (tf, x, y) => tf.square(tf.sub(x, y)),
  })),
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
    op: 'Pow',
    about: 'with the exponent differentiated too',
    inputs: [[2, 3], [3]],
    draw: 'positive',
    build: (x, y) => arithmetic.pow(x, y),
    eager: (tf, x, y) => tf.pow(x, y),
  },
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
    op: 'Identity',
    about: 'passes everything',
    inputs: [[2, 3]],
    build: (x) => identity(x),
    eager: (_tf, x) => x,
  },
  {
    op: 'Reshape',
    about: 'to a vector',
    inputs: [[2, 3]],
    build: (x) => reshape(x, [-1]),
    eager: (tf, x) => tf.reshape(x, [-1]),
  },
  {
    op: 'BroadcastTo',
    about: 'along new and old axes',
    inputs: [[3, 1]],
    build: (x) => broadcastTo(x, [2, 3, 4]),
    eager: (tf, x) => tf.broadcastTo(x, [2, 3, 4]),
  },
  {
    op: 'Sum',
    about: 'over two axes, one counted from the end',
    inputs: [[2, 3, 4]],
    build: (x) => sum(x, { axes: [0, -1] }),
    eager: (tf, x) => tf.sum(x, [0, 2]),
  },
  {
    op: 'Sum',
    about: 'of everything',
    inputs: [[2, 3]],
    build: (x) => sum(x),
    eager: (tf, x) => tf.sum(x),
  },
  {
    op: 'Sum',
    about: 'with its axes kept',
    inputs: [[2, 3]],
    build: (x) => sum(x, { axes: [1], keepDims: true }),
    eager: (tf, x) => tf.sum(x, 1, true),
  },
  {
    op: 'Mean',
    about: 'over height and width',
    inputs: [image],
    build: (x) => mean(x, { axes: [1, 2] }),
    eager: (tf, x) => tf.mean(x, [1, 2]),
  },
  {
    op: 'Max',
    about: 'over an axis',
    inputs: [[3, 4]],
    draw: 'distinct',
    build: (x) => max(x, { axes: [1] }),
    eager: (tf, x) => tf.max(x, 1),
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
    eager: (tf, x, y) => tf.maximum(x, tf.broadcastTo(y, [2, 3])),
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
    about: 'with both choices stretched',
    inputs: [[2, 3], [3]],
    build: (x, y) => select(greater(integers(x, [1, 0, 1]), integers(x, [0, 0, 0])), x, y),
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
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB): OpCase[] => [
      {
        op: 'MatMul',
        about: `with transposition ${String(transposeA)}, ${String(transposeB)}`,
        inputs: [transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4]],
        build: (a, b) => matMul(a, b, { transposeA, transposeB }),
        eager: (tf, a, b) => tf.matMul(a, b, transposeA, transposeB),
      },
      {
        op: 'BatchMatMulV2',
        about: `with transposition ${String(transposeA)}, ${String(transposeB)}`,
        inputs: [transposeA ? [2, 3, 2] : [2, 2, 3], transposeB ? [2, 4, 3] : [2, 3, 4]],
        build: (a, b) => batchMatMul(a, b, { transposeA, transposeB }),
        eager: (tf, a, b) => tf.matMul(a, b, transposeA, transposeB),
      },
    ]),
  ),
  ...(
    [
      ['SAME', [1, 1]],
      ['SAME', [2, 3]],
      ['VALID', [1, 2]],
    ] as const
  ).map(([padding, strides]): OpCase => ({
    op: 'Conv2D',
    about: `3 × 2, ${padding}, strides ${strides.join(' and ')}`,
    inputs: [image, [3, 2, 2, 2]],
    build: (x, filter) => conv2d(x, filter, { padding, strides }),
    eager: (tf, x, filter) =>
      tf.conv2d(x as never, filter as never, [...strides], padding === 'SAME' ? 'same' : 'valid'),
  })),
  {
    op: 'DepthwiseConv2dNative',
    about: '3 × 2 with two filters a channel',
    inputs: [image, [3, 2, 2, 2]],
    build: (x, filter) => depthwiseConv2d(x, filter),
    eager: (tf, x, filter) => tf.depthwiseConv2d(x as never, filter as never, 1, 'same'),
  },
  {
    op: 'MaxPool',
    about: '2 × 2',
    inputs: [image],
    draw: 'distinct',
    build: (x) => maxPool(x, { size: [2, 2] }),
    eager: (tf, x) => tf.maxPool(x as never, 2, 2, 'valid'),
  },
  {
    op: 'MaxPool',
    about: '3 × 3 overlapping and padded',
    inputs: [image],
    draw: 'distinct',
    build: (x) => maxPool(x, { size: [3, 3], strides: [2, 2], padding: 'SAME' }),
    eager: (tf, x) => tf.maxPool(x as never, 3, 2, 'same'),
  },
  {
    op: 'AvgPool',
    about: '2 × 2',
    inputs: [image],
    build: (x) => avgPool(x, { size: [2, 2] }),
    eager: (tf, x) => tf.avgPool(x as never, 2, 2, 'valid'),
  },
  {
    op: 'AvgPool',
    about: '3 × 3 padded, where padding does not count',
    inputs: [image],
    build: (x) => avgPool(x, { size: [3, 3], strides: [1, 1], padding: 'SAME' }),
    eager: (tf, x) => tf.avgPool(x as never, 3, 1, 'same'),
  },
  {
    op: 'FusedBatchNormV3',
    about: 'by the statistics of the batch',
    inputs: [image, [2], [2]],
    build: (x, gamma, beta) => batchNormTraining(x, gamma, beta, 1e-3).y,
    eager: (tf, x, gamma, beta) => {
      const { mean: average, variance } = tf.moments(x, [0, 1, 2]);
      return tf.batchNorm(x, average, variance, beta, gamma, 1e-3);
    },
  },
  {
    op: 'ConcatV2',
    about: 'in depth',
    inputs: [
      [2, 2, 1],
      [2, 2, 3],
      [2, 2, 2],
    ],
    build: (x, y, z) => layout.concat([x, y, z], 2),
    eager: (tf, x, y, z) => tf.concat([x, y, z], 2),
  },
  {
    op: 'Slice',
    about: 'from the middle',
    inputs: [[3, 4]],
    build: (x) => layout.slice(x, [1, 1], [2, -1]),
    eager: (tf, x) => tf.slice(x, [1, 1], [2, 3]),
  },
  {
    op: 'Pad',
    about: 'on all sides',
    inputs: [[2, 3]],
    build: (x) =>
      layout.pad(x, [
        [1, 0],
        [2, 1],
      ]),
    eager: (tf, x) =>
      tf.pad(x, [
        [1, 0],
        [2, 1],
      ]),
  },
  {
    op: 'Split',
    about: 'into three, of which one is not used',
    inputs: [[2, 6]],
    build: (x) => {
      const [a = x, , c = x] = layout.split(x, 3, 1);
      return arithmetic.mul(a, c);
    },
    eager: (tf, x) => tf.mul(tf.slice(x, [0, 0], [2, 2]), tf.slice(x, [0, 4], [2, 2])),
  },
  {
    op: 'SplitV',
    about: 'into parts of different lengths',
    inputs: [[2, 6]],
    build: (x) => {
      const [a = x, , c = x] = layout.split(x, [1, 3, 2], 1);
      return arithmetic.mul(a, c);
    },
    eager: (tf, x) => tf.mul(tf.slice(x, [0, 0], [2, 1]), tf.slice(x, [0, 4], [2, 2])),
  },
  {
    op: 'Pack',
    about: 'along a middle axis',
    inputs: [
      [2, 3],
      [2, 3],
    ],
    build: (x, y) => layout.pack([x, y], 1),
    eager: (tf, x, y) => tf.stack([x, y], 1),
  },
  {
    op: 'Unpack',
    about: 'along the last axis, with one slice not used',
    inputs: [[2, 3]],
    build: (x) => {
      const [a = x, , c = x] = layout.unpack(x, 1);
      return arithmetic.mul(a, c);
    },
    eager: (tf, x) => {
      const [a = x, , c = x] = tf.unstack(x, 1);
      return tf.mul(a, c);
    },
  },
  {
    op: 'Transpose',
    about: 'of three axes in a circle',
    inputs: [[2, 3, 4]],
    build: (x) => layout.transpose(x, [2, 0, 1]),
    eager: (tf, x) => tf.transpose(x, [2, 0, 1]),
  },
  {
    op: 'Tile',
    about: 'along both axes',
    inputs: [[2, 3]],
    build: (x) => layout.tile(x, [3, 2]),
    eager: (tf, x) => tf.tile(x, [3, 2]),
  },
  {
    op: 'ReverseV2',
    about: 'along one axis',
    inputs: [[2, 3]],
    build: (x) => layout.reverse(x, [1]),
    eager: (tf, x) => tf.reverse(x, 1),
  },
  {
    op: 'GatherV2',
    about: 'of rows, one of them twice',
    inputs: [[4, 3]],
    build: (x) => gather(x, integers(x, [2, 0, 2])),
    eager: (tf, x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')),
  },
  {
    op: 'UnsortedSegmentSum',
    about: 'into three segments, one of them empty',
    inputs: [[4, 3]],
    build: (x) => segmentSum(x, integers(x, [2, 0, 2, 2]), 3),
    eager: (tf, x) => tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 2], 'int32'), 3),
  },
];

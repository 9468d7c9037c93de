import * as arithmetic from '../engine/ops/arithmetic';
import { broadcastTo, reshape, sum } from '../engine/ops/broadcast';
import { conv2d } from '../engine/ops/convolution';
import { gather, segmentSum } from '../engine/ops/gather';
import * as layout from '../engine/ops/layout';
import { matMul } from '../engine/ops/matrix';
import { batchNormTraining } from '../engine/ops/normalization';
import { avgPool, maxPool } from '../engine/ops/pooling';
import { max, mean } from '../engine/ops/reduction';
import { identity } from '../engine/ops/source';
import { image, integers, type OpCase } from './op-case';

/** Layout, reductions, matrix products, windows, gathers. */
export const structuralOpCases: readonly OpCase[] = [
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
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB): OpCase[] => [
      {
        op: 'MatMul',
        about: `with transposition ${String(transposeA)}, ${String(transposeB)}`,
        inputs: [transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4]],
        build: (a, b) => matMul(a, b, { transposeA, transposeB }),
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph, type Shape, type Tensor } from '../graph';
import { loadEngine } from '../load';
import { sizeOf } from '../op';
import { openSession } from '../session';
import { sparseSoftmaxCrossEntropy } from './activation';
import { add, mul } from './arithmetic';
import { broadcastTo, expandDims, reshape, sum } from './broadcast';
import { conv2d } from './convolution';
import { gather, pick } from './gather';
import { concat, pad, slice, split, transpose } from './layout';
import { cast, equal, greaterEqual, less, lessEqual, select } from './logic';
import { matMul } from './matrix';
import { maxPool } from './pooling';
import { argMax, mean } from './reduction';
import { constant, placeholder } from './source';

/** A tensor of consecutive numbers. */
function counting(graph: Graph, shape: Shape): Tensor {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
  return constant(graph, { dtype: 'float32', shape, values });
}

/** Asks TensorFlow for the shapes of tensors whose shapes were inferred. */
async function expectShapes(graph: Graph, tensors: readonly Tensor[]): Promise<void> {
  const outputs = Object.fromEntries(tensors.map((tensor, i) => [String(i), tensor]));
  graph.addSignature('run', { inputs: {}, outputs });
  const session = await openSession(graph);
  const results = session.run('run');
  session.close();
  expect(tensors.map((_tensor, i) => results[String(i)]?.shape)).toEqual(tensors.map(({ shape }) => shape));
}

const length = fc.integer({ min: 1, max: 7 });
const padding = fc.constantFrom('SAME', 'VALID');
const stride = fc.integer({ min: 1, max: 3 });
const extent = fc.integer({ min: 1, max: 4 });

describe('inferred shapes are those that TensorFlow finds', () => {
  it('of windows: convolutions and poolings of any size, stride and padding', async () => {
    const graph = new Graph();
    const tensors = fc
      .sample(
        fc.record({ size: fc.tuple(length, length), window: fc.tuple(extent, extent), stride, padding }),
        {
          numRuns: 60,
          seed: 1,
        },
      )
      .filter((c) => c.padding === 'SAME' || c.window.every((w, i) => w <= (c.size[i] ?? 0)))
      .flatMap((c) => {
        const x = counting(graph, [2, ...c.size, 3]);
        const options = { strides: [c.stride, c.stride], padding: c.padding } as const;
        return [
          conv2d(x, counting(graph, [...c.window, 3, 5]), options),
          maxPool(x, { size: c.window, ...options }),
        ];
      });
    expect(tensors.length).toBeGreaterThan(100);
    await expectShapes(graph, tensors);
  });

  it('of broadcasting: any two shapes that agree, of any ranks', async () => {
    const graph = new Graph();
    const axes = fc.array(fc.record({ length, a: fc.boolean(), b: fc.boolean() }), { maxLength: 4 });
    const cases = fc.sample(fc.record({ axes, droppedA: extent, droppedB: extent }), {
      numRuns: 60,
      seed: 2,
    });
    const tensors = cases.flatMap((c) => {
      const shape = c.axes.map((axis) => axis.length);
      const a = c.axes
        .map((axis) => (axis.a ? 1 : axis.length))
        .slice(Math.min(c.droppedA - 1, shape.length));
      const b = c.axes
        .map((axis) => (axis.b ? 1 : axis.length))
        .slice(Math.min(c.droppedB - 1, shape.length));
      const both = add(counting(graph, a), counting(graph, b));
      return [both, mul(counting(graph, b), counting(graph, a)), broadcastTo(counting(graph, a), both.shape)];
    });
    await expectShapes(graph, tensors);
  });

  it('of cutting, joining and reducing', async () => {
    const graph = new Graph();
    const cases = fc.sample(fc.record({ shape: fc.tuple(length, length, length), axis: fc.nat(2) }), {
      numRuns: 30,
      seed: 3,
    });
    const tensors = cases.flatMap(({ shape, axis }) => {
      const x = counting(graph, shape);
      const other = counting(graph, shape.with(axis, 2));
      return [
        concat([x, other, x], axis),
        concat([x, other], axis - 3),
        ...split(concat([x, x], axis), 2, axis),
        sum(x, { axes: [axis] }),
        mean(x, { axes: [axis - 3], keepDims: true }),
        slice(x, [0, 0, 0].with(axis, Math.min(1, (shape[axis] ?? 1) - 1)), [-1, -1, -1]),
        pad(x, [
          [0, 1],
          [2, 0],
          [axis, axis],
        ]),
        transpose(x, [(axis + 1) % 3, axis, (axis + 2) % 3]),
        expandDims(x, axis),
        gather(x, constant(graph, [0, 0], 'int32'), { axis }),
        argMax(x, axis),
      ];
    });
    await expectShapes(graph, tensors);
  });
});

describe('a shape error names the op, the shapes and the reason', () => {
  const graph = new Graph();
  const x = (...shape: number[]): Tensor => placeholder(graph, 'x', shape);
  it.each<[string, () => unknown]>([
    [
      'Conv2D cannot take float32[2, 8, 8, 3] and float32[3, 3, 4, 5]: the filter takes 4 channels.',
      () => conv2d(x(2, 8, 8, 3), x(3, 3, 4, 5)),
    ],
    [
      'Conv2D cannot take float32[2, 8, 8, 3] and float32[9, 1, 3, 5]: a window of 9 × 1 does not fit.',
      () => conv2d(x(2, 8, 8, 3), x(9, 1, 3, 5), { padding: 'VALID' }),
    ],
    [
      'MatMul cannot take float32[2, 3] and float32[2, 3]: the inner lengths are 3 and 2.',
      () => matMul(x(2, 3), x(2, 3)),
    ],
    [
      'AddV2 cannot take float32[2, 3] and float32[2]: axis -1 has lengths 3 and 2.',
      () => add(x(2, 3), x(2)),
    ],
    [
      'ConcatV2 cannot take float32[2, 3] and float32[3, 3] and int32[]: all but axis 1 must agree.',
      () => concat([x(2, 3), x(3, 3)], 1),
    ],
    [
      'Reshape cannot take float32[2, 3] and int32[1]: [5] has another number of elements.',
      () => reshape(x(2, 3), [5]),
    ],
    [
      'Slice cannot take float32[4] and int32[1] and int32[1]: [3] from [2] is not inside it.',
      () => slice(x(4), [2], [3]),
    ],
    [
      'SparseSoftmaxCrossEntropyWithLogits cannot take float32[4, 3] and float32[4]: labels are integers.',
      () => sparseSoftmaxCrossEntropy(x(4, 3), x(4)),
    ],
    ['Sum cannot take float32[2, 3] and int32[1]: it has no axis 2.', () => sum(x(2, 3), { axes: [2] })],
  ])('%s', (message, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'engine.shape', message }) as Error);
  });

  it('tensors of two graphs do not join', () => {
    expect(() => add(x(2), placeholder(new Graph(), 'y', [2]))).toThrow(/two graphs/);
  });
});

describe('ops that are not differentiated', () => {
  it('have the values that eager tfjs has', async () => {
    const tf = loadEngine();
    const graph = new Graph();
    const numbers = [-1.5, 0.25, 2, -0.25, 2, 1.75];
    const x = constant(graph, { dtype: 'float32', shape: [2, 3], values: Float32Array.from(numbers) });
    const y = constant(graph, [0, 0.25, 2]);
    const float = (t: Tensor): Tensor => cast(t, 'float32');
    const ours = {
      greaterEqual: float(greaterEqual(x, y)),
      less: float(less(x, y)),
      lessEqual: float(lessEqual(x, y)),
      equal: float(equal(x, y)),
      select: select(less(x, y), x, y),
      argMax: float(argMax(x, 1)),
      pick: pick(x, constant(graph, [2, 0], 'int32')),
      columns: gather(x, constant(graph, [2, 0], 'int32'), { axis: 1 }),
    };
    const eager = tf.tidy(() => {
      const a = tf.tensor(numbers, [2, 3]);
      const b = tf.tensor1d([0, 0.25, 2]);
      const values = {
        greaterEqual: tf.greaterEqual(a, b),
        less: tf.less(a, b),
        lessEqual: tf.lessEqual(a, b),
        equal: tf.equal(a, b),
        select: tf.where(tf.less(a, b), a, tf.broadcastTo(b, [2, 3])),
        argMax: tf.argMax(a, 1),
        pick: tf.tensor1d([2, -0.25]),
        columns: tf.gather(a, tf.tensor1d([2, 0], 'int32'), 1),
      };
      return Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, Array.from(value.dataSync())]),
      );
    });
    graph.addSignature('run', { inputs: {}, outputs: ours });
    const session = await openSession(graph);
    const results = session.run('run');
    session.close();
    for (const [name, expected] of Object.entries(eager)) {
      const values = Array.from(results[name]?.values ?? [], Number);
      expect(values, name).toHaveLength(expected.length);
      for (const [i, value] of expected.entries()) expect(values[i], name).toBeCloseTo(value, 5);
    }
  });
});

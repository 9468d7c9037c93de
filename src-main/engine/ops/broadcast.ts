import type { Graph, Shape, Tensor } from '../graph';
import {
  axisOf,
  boolOf,
  constantInts,
  defineOp,
  emitTensor,
  lengthAt,
  type Reject,
  sameShape,
  sizeOf,
} from '../op';
import { constant } from './source';

// Reshape, sum and broadcast; the last two are each other's gradient.

const reshapeOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Reshape',
  arity: 2,
  typed: { T: 0, Tshape: 1 },
  shape([x, target], _attributes, reject) {
    const shape = constantInts(target);
    if (sizeOf(shape) !== sizeOf(x.shape))
      throw reject(`[${shape.join(', ')}] has another number of elements`);
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs: [x] }, dy) => [reshape(dy, x.shape), undefined],
});

const broadcastToOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'BroadcastTo',
  arity: 2,
  typed: { T: 0, Tidx: 1 },
  shape([x, target], _attributes, reject) {
    const shape = constantInts(target);
    if (!sameShape(broadcastShape(x.shape, shape, reject), shape)) {
      throw reject(`it cannot be stretched to [${shape.join(', ')}]`);
    }
    return [{ dtype: x.dtype, shape }];
  },
  gradient: ({ inputs: [x] }, dy) => [sumTo(dy, x.shape), undefined],
});

const sumOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Sum',
  arity: 2,
  typed: { T: 0, Tidx: 1 },
  shape: ([x, axes], attributes, reject) => [
    {
      dtype: x.dtype,
      shape: reducedShape(x.shape, constantInts(axes), boolOf(attributes, 'keep_dims'), reject),
    },
  ],
  gradient: ({ inputs: [x, axes] }, dy) => [
    broadcastTo(reshape(dy, keptShape(x.shape, constantInts(axes))), x.shape),
    undefined,
  ],
});

export const broadcastOps = [reshapeOp, broadcastToOp, sumOp];

export interface ReductionOptions {
  /** All axes when absent; negative ones count from the end. */
  readonly axes?: readonly number[];
  /** Leave the summed axes in place with length 1. */
  readonly keepDims?: boolean;
}

/** The same elements in another shape. One length may be -1: the one that fits. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = sizeOf(shape.filter((length) => length !== -1));
  const full = shape.map((length) => (length === -1 ? sizeOf(x.shape) / known : length));
  return sameShape(full, x.shape) ? x : emitTensor(reshapeOp, [x, constant(x.node.graph, full, 'int32')]);
}

/** With one more axis of length 1 at position `axis` of the result. */
export function expandDims(x: Tensor, axis: number): Tensor {
  const position = axis < 0 ? axis + x.shape.length + 1 : axis;
  return reshape(x, [...x.shape.slice(0, position), 1, ...x.shape.slice(position)]);
}

/** Repeats x along axes of length 1 and missing leading axes. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape)
    ? x
    : emitTensor(broadcastToOp, [x, constant(x.node.graph, shape, 'int32')]);
}

/** A tensor of one value. Broadcast at run time, so that the graph stays small. */
export function filled(graph: Graph, shape: Shape, value: number): Tensor {
  return broadcastTo(constant(graph, value), shape);
}

/** The sum over axes. */
export function sum(x: Tensor, options: ReductionOptions = {}): Tensor {
  const axes = options.axes ?? x.shape.map((_length, axis) => axis);
  if (axes.length === 0) return x;
  return emitTensor(sumOp, [x, constant(x.node.graph, axes, 'int32')], {
    keep_dims: { bool: options.keepDims ?? false },
  });
}

/** Sums over the axes along which `shape` was broadcast to x's shape: the gradient of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((length, axis) =>
    axis < extra || (length !== 1 && shape[axis - extra] === 1) ? [axis] : [],
  );
  return reshape(sum(x, { axes }), shape);
}

/** The shape that both are broadcast to, aligned at the last axis. */
export function broadcastShape(a: Shape, b: Shape, reject: Reject): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = lengthAt(a, i - rank);
    const y = lengthAt(b, i - rank);
    if (x !== y && x !== 1 && y !== 1) throw reject(`axis ${i - rank} has lengths ${x} and ${y}`);
    return x === 1 ? y : x;
  });
}

/** The shape after reducing over axes. */
export function reducedShape(
  shape: Shape,
  axes: readonly number[],
  keepDims: boolean,
  reject: Reject,
): Shape {
  const counted = axes.map((axis) => axisOf(shape.length, axis));
  if (counted.includes(undefined)) throw reject(`it has no axis ${axes.join(', ')}`);
  if (new Set(counted).size < axes.length) throw reject(`an axis is named twice in ${axes.join(', ')}`);
  return shape.flatMap((length, axis) => (counted.includes(axis) ? (keepDims ? [1] : []) : [length]));
}

/** The shape with the reduced axes kept as 1. */
export function keptShape(shape: Shape, axes: readonly number[]): Shape {
  const counted = axes.map((axis) => axisOf(shape.length, axis));
  return shape.map((length, axis) => (counted.includes(axis) ? 1 : length));
}

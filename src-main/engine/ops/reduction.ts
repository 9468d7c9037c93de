import type { Tensor } from '../graph';
import { axisOf, boolOf, constantInts, defineOp, emitTensor, type Op, sizeOf } from '../op';
import { div, mul, scale } from './arithmetic';
import { broadcastTo, keptShape, reducedShape, type ReductionOptions, reshape, sum } from './broadcast';
import { cast, equal } from './logic';
import { constant } from './source';

// Reductions other than the sum, which is in broadcast.ts.

const meanOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Mean',
  arity: 2,
  typed: { T: 0, Tidx: 1 },
  shape: ([x, axes], attributes, reject) => [
    {
      dtype: x.dtype,
      shape: reducedShape(x.shape, constantInts(axes), boolOf(attributes, 'keep_dims'), reject),
    },
  ],
  // Scaled before it is broadcast, while it is small.
  gradient: ({ inputs: [x, axes] }, dy) => [
    broadcastTo(
      reshape(scale(dy, sizeOf(dy.shape) / sizeOf(x.shape)), keptShape(x.shape, constantInts(axes))),
      x.shape,
    ),
    undefined,
  ],
});

const maxOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Max',
  arity: 2,
  typed: { T: 0, Tidx: 1 },
  shape: ([x, axes], attributes, reject) => [
    {
      dtype: x.dtype,
      shape: reducedShape(x.shape, constantInts(axes), boolOf(attributes, 'keep_dims'), reject),
    },
  ],
  // Equal maxima share the gradient, as in TensorFlow.
  gradient({ inputs: [x, axes], outputs: [result = x] }, dy) {
    const kept = keptShape(x.shape, constantInts(axes));
    const chosen = cast(equal(x, reshape(result, kept)), 'float32');
    const count = sum(chosen, { axes: constantInts(axes), keepDims: true });
    return [mul(chosen, div(reshape(dy, kept), count)), undefined];
  },
});

const argMaxOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'ArgMax',
  arity: 2,
  stops: true,
  typed: { T: 0, Tidx: 1 },
  shape([x, axis], _attributes, reject) {
    const along = axisOf(x.shape.length, constantInts(axis)[0] ?? 0);
    if (along === undefined) throw reject(`there is no axis ${constantInts(axis).join()}`);
    return [{ dtype: 'int32', shape: x.shape.toSpliced(along, 1) }];
  },
});

export const reductionOps: readonly Op[] = [meanOp, maxOp, argMaxOp];

function reduce(op: Op<readonly [Tensor, Tensor]>, x: Tensor, options: ReductionOptions): Tensor {
  const axes = options.axes ?? x.shape.map((_length, axis) => axis);
  if (axes.length === 0) return x;
  return emitTensor(op, [x, constant(x.node.graph, axes, 'int32')], {
    keep_dims: { bool: options.keepDims ?? false },
  });
}

/** The mean over axes. */
export function mean(x: Tensor, options: ReductionOptions = {}): Tensor {
  return reduce(meanOp, x, options);
}

/** The largest value over axes. */
export function max(x: Tensor, options: ReductionOptions = {}): Tensor {
  return reduce(maxOp, x, options);
}

/** The position of the first largest value along an axis, int32. */
export function argMax(x: Tensor, axis: number): Tensor {
  return emitTensor(argMaxOp, [x, constant(x.node.graph, axis, 'int32')], { output_type: { type: 'int32' } });
}

import type { Shape, Tensor } from '../graph';
import {
  type Attributes,
  constantInts,
  defineOp,
  emitTensor,
  intsOf,
  type Op,
  type Reject,
  sameShape,
  stringOf,
} from '../op';
import { constant } from './source';

// Pooling over images [batch, height, width, channels], and the output size of sliding windows.

/** 'SAME' pads so that the output has ⌈size / stride⌉ places; 'VALID' does not pad. */
export type Padding = 'SAME' | 'VALID';

/** The output [height, width] of a sliding window, by TensorFlow's rule. */
export function windowShape(
  image: Shape,
  window: readonly [number, number],
  attributes: Attributes,
  reject: Reject,
): readonly [number, number] {
  const strides = intsOf(attributes, 'strides');
  const places = (axis: 1 | 2): number => {
    const [size = 0, stride = 1, extent] = [image[axis], strides[axis], window[axis - 1] ?? 0];
    if (!(stride >= 1)) throw reject(`a stride of ${stride} does not move`);
    if (stringOf(attributes, 'padding') === 'SAME') return Math.ceil(size / stride);
    if (extent > size) throw reject(`a window of ${window.join(' × ')} does not fit`);
    return Math.floor((size - extent) / stride) + 1;
  };
  return [places(1), places(2)];
}

export interface PoolingOptions {
  /** [height, width] of the window. */
  readonly size: readonly [number, number];
  /** [height, width]; as large as the window when absent. */
  readonly strides?: readonly [number, number];
  /** 'VALID' when absent. */
  readonly padding?: Padding;
}

function pooledShape(x: Tensor, attributes: Attributes, reject: Reject): Shape {
  const [batch = 0, , , channels = 0] = x.shape;
  const [, height = 0, width = 0] = intsOf(attributes, 'ksize');
  if (x.shape.length !== 4) throw reject('images are [batch, height, width, channels]');
  return [batch, ...windowShape(x.shape, [height, width], attributes, reject), channels];
}

/** The attributes that a pooling and its gradient share. */
function windowAttributes(attributes: Attributes): Attributes {
  return {
    ksize: { ints: intsOf(attributes, 'ksize') },
    strides: { ints: intsOf(attributes, 'strides') },
    padding: { string: stringOf(attributes, 'padding') },
  };
}

const maxPoolOp = defineOp<readonly [Tensor]>({
  name: 'MaxPool',
  arity: 1,
  typed: { T: 0 },
  shape: ([x], attributes, reject) => [{ dtype: x.dtype, shape: pooledShape(x, attributes, reject) }],
  gradient({ inputs: [x], outputs: [result = x], attributes }, dy) {
    return [emitTensor(maxPoolGradOp, [x, result, dy], windowAttributes(attributes))];
  },
});

const maxPoolGradOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'MaxPoolGrad',
  arity: 3,
  typed: { T: 0 },
  shape([x, result, dy], _attributes, reject) {
    if (!sameShape(result.shape, dy.shape))
      throw reject('the result and its gradient must have the same shape');
    return [x];
  },
});

const avgPoolOp = defineOp<readonly [Tensor]>({
  name: 'AvgPool',
  arity: 1,
  typed: { T: 0 },
  shape: ([x], attributes, reject) => [{ dtype: x.dtype, shape: pooledShape(x, attributes, reject) }],
  gradient({ inputs: [x], attributes }, dy) {
    return [
      emitTensor(avgPoolGradOp, [constant(x.node.graph, x.shape, 'int32'), dy], windowAttributes(attributes)),
    ];
  },
});

const avgPoolGradOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'AvgPoolGrad',
  arity: 2,
  typed: { T: 1 },
  shape: ([size, dy]) => [{ dtype: dy.dtype, shape: constantInts(size) }],
});

export const poolingOps: readonly Op[] = [maxPoolOp, maxPoolGradOp, avgPoolOp, avgPoolGradOp];

function pool(
  op: Op<readonly [Tensor]>,
  x: Tensor,
  { size, strides = size, padding = 'VALID' }: PoolingOptions,
): Tensor {
  return emitTensor(op, [x], {
    ksize: { ints: [1, ...size, 1] },
    strides: { ints: [1, ...strides, 1] },
    padding: { string: padding },
  });
}

/** Max pooling. */
export function maxPool(x: Tensor, options: PoolingOptions): Tensor {
  return pool(maxPoolOp, x, options);
}

/** Average pooling; padding is not counted. */
export function avgPool(x: Tensor, options: PoolingOptions): Tensor {
  return pool(avgPoolOp, x, options);
}

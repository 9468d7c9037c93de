import type { Tensor } from '../graph';
import { type Attributes, constantInts, defineOp, emitTensor, intsOf, type Op, stringOf } from '../op';
import { avgPool, type Padding, windowShape } from './pooling';
import { constant } from './source';

// Convolutions over images [batch, height, width, channels].

export interface ConvolutionOptions {
  /** [height, width]; [1, 1] when absent. */
  readonly strides?: readonly [number, number];
  /** 'SAME' when absent. */
  readonly padding?: Padding;
}

const conv2dOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Conv2D',
  arity: 2,
  typed: { T: 0 },
  shape([x, filter], attributes, reject) {
    const [batch = 0, , , channels] = x.shape;
    const [height = 0, width = 0, depth = 0, filters = 0] = filter.shape;
    if (x.shape.length !== 4 || filter.shape.length !== 4) {
      throw reject(
        'images are [batch, height, width, channels] and filters [height, width, channels, filters]',
      );
    }
    if (channels !== depth) throw reject(`the filter takes ${depth} channels`);
    const size = windowShape(x.shape, [height, width], attributes, reject);
    return [{ dtype: x.dtype, shape: [batch, ...size, filters] }];
  },
  gradient({ inputs: [x, filter], attributes }, dy, { needs }) {
    const size = (of: Tensor): Tensor => constant(dy.node.graph, of.shape, 'int32');
    const window = windowAttributes(attributes);
    return [
      needs(0) ? emitTensor(backpropInputOp, [size(x), filter, dy], window) : undefined,
      needs(1) ? emitTensor(backpropFilterOp, [x, size(filter), dy], window) : undefined,
    ];
  },
});

const backpropInputOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'Conv2DBackpropInput',
  arity: 3,
  typed: { T: 1 },
  shape: ([size, filter]) => [{ dtype: filter.dtype, shape: constantInts(size) }],
});

const backpropFilterOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'Conv2DBackpropFilter',
  arity: 3,
  typed: { T: 0 },
  shape: ([x, size]) => [{ dtype: x.dtype, shape: constantInts(size) }],
});

/** The attributes of the convolution that its gradients take too. */
function windowAttributes(attributes: Attributes): Attributes {
  return {
    strides: { ints: intsOf(attributes, 'strides') },
    padding: { string: stringOf(attributes, 'padding') },
  };
}

export const convolutionTable: readonly Op[] = [conv2dOp, backpropInputOp, backpropFilterOp];

function convolve(x: Tensor, filter: Tensor, options: ConvolutionOptions): Tensor {
  const { strides = [1, 1], padding = 'SAME' } = options;
  return emitTensor(conv2dOp, [x, filter], {
    strides: { ints: [1, ...strides, 1] },
    padding: { string: padding },
  });
}

/**
 * A convolution (cross-correlation, as the field calls it).
 * @param x [batch, height, width, channels]
 * @param filter [height, width, channels, filters]
 * @returns [batch, height', width', filters]
 */
export function conv2d(x: Tensor, filter: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { strides = [1, 1], padding = 'SAME' } = options;
  const pointwise = filter.shape[0] === 1 && filter.shape[1] === 1;
  if (!pointwise || (strides[0] === 1 && strides[1] === 1)) return convolve(x, filter, options);
  // oneDNN's filter gradient of such a convolution is wrong below 8 channels and writes past its buffers. Subsampling
  // the pixels first is equivalent.
  return convolve(avgPool(x, { size: [1, 1], strides, padding }), filter, { padding });
}

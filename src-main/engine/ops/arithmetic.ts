import type { Tensor } from '../graph';
import { defineOp, emitTensor, type Op, sameShape } from '../op';
import { broadcastShape, sumTo } from './broadcast';
import { constant } from './source';

// Elementwise arithmetic, with broadcasting.

type BinaryGradient = (
  x: Tensor,
  y: Tensor,
  dy: Tensor,
  result: Tensor,
) => readonly [() => Tensor, () => Tensor];
type UnaryGradient = (x: Tensor, dy: Tensor, result: Tensor) => Tensor;

/** Inputs are broadcast to a common shape; their gradients are summed over the broadcast axes. */
function binaryOp(name: string, gradient: BinaryGradient): Op<readonly [Tensor, Tensor]> {
  return defineOp({
    name,
    arity: 2,
    typed: { T: 0 },
    shape([x, y], _attributes, reject) {
      if (x.dtype !== y.dtype) throw reject('both must have the same element type');
      return [{ dtype: x.dtype, shape: broadcastShape(x.shape, y.shape, reject) }];
    },
    gradient({ inputs: [x, y], outputs: [result = x] }, dy, { needs }) {
      const [ofX, ofY] = gradient(x, y, dy, result);
      return [needs(0) ? sumTo(ofX(), x.shape) : undefined, needs(1) ? sumTo(ofY(), y.shape) : undefined];
    },
  });
}

function unaryOp(name: string, gradient: UnaryGradient): Op<readonly [Tensor]> {
  return defineOp({
    name,
    arity: 1,
    typed: { T: 0 },
    shape: ([x]) => [x],
    gradient({ inputs: [x], outputs: [result = x] }, dy) {
      return [gradient(x, dy, result)];
    },
  });
}

const addOp = binaryOp('AddV2', (_x, _y, dy) => [() => dy, () => dy]);
const subOp = binaryOp('Sub', (_x, _y, dy) => [() => dy, () => neg(dy)]);
const mulOp = binaryOp('Mul', (x, y, dy) => [() => mul(dy, y), () => mul(dy, x)]);
const divOp = binaryOp('RealDiv', (_x, y, dy, result) => [
  () => div(dy, y),
  () => neg(div(mul(dy, result), y)),
]);

const negOp = unaryOp('Neg', (_x, dy) => neg(dy));
const sqrtOp = unaryOp('Sqrt', (_x, dy, result) => emitTensor(sqrtGradOp, [result, dy]));
const logOp = unaryOp('Log', (x, dy) => div(dy, x));
const sinOp = unaryOp('Sin', (x, dy) => mul(dy, cos(x)));
const cosOp = unaryOp('Cos', (x, dy) => neg(mul(dy, sin(x))));

/** TensorFlow computes it in one pass from the result. */
const sqrtGradOp = gradOp('SqrtGrad');

/** A gradient op of (result, dy), both of one shape. */
export function gradOp(name: string): Op<readonly [Tensor, Tensor]> {
  return defineOp({
    name,
    arity: 2,
    typed: { T: 0 },
    shape([x, dy], _attributes, reject) {
      if (!sameShape(x.shape, dy.shape)) throw reject('both must have the same shape');
      return [x];
    },
  });
}

/** dy where the result of a ReLU is positive, else zero; the inputs are dy and the result. */
export const reluGradOp = gradOp('ReluGrad');

const addNOp = defineOp({
  name: 'AddN',
  typed: { T: 0 },
  shape(inputs, _attributes, reject) {
    const [first, ...others] = inputs;
    if (!first) throw reject('there is nothing to add');
    if (others.some(({ shape }) => !sameShape(shape, first.shape)))
      throw reject('all must have the same shape');
    return [first];
  },
  gradient: ({ inputs }, dy) => inputs.map(() => dy),
});

const l2LossOp = defineOp<readonly [Tensor]>({
  name: 'L2Loss',
  arity: 1,
  typed: { T: 0 },
  shape: ([x]) => [{ dtype: x.dtype, shape: [] }],
  gradient: ({ inputs: [x] }, dy) => [mul(dy, x)],
});

export const arithmeticOps: readonly Op[] = [
  addOp,
  subOp,
  mulOp,
  divOp,
  negOp,
  sqrtOp,
  logOp,
  sinOp,
  cosOp,
  sqrtGradOp,
  reluGradOp,
  addNOp,
  l2LossOp,
];

/** x + y, with broadcasting. */
export function add(x: Tensor, y: Tensor): Tensor {
  return emitTensor(addOp, [x, y]);
}

/** x − y, with broadcasting. */
export function sub(x: Tensor, y: Tensor): Tensor {
  return emitTensor(subOp, [x, y]);
}

/** x · y elementwise, with broadcasting. */
export function mul(x: Tensor, y: Tensor): Tensor {
  return emitTensor(mulOp, [x, y]);
}

/** x / y, with broadcasting. */
export function div(x: Tensor, y: Tensor): Tensor {
  return emitTensor(divOp, [x, y]);
}

/** x times a number. */
export function scale(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, constant(x.node.graph, factor));
}

export function neg(x: Tensor): Tensor {
  return emitTensor(negOp, [x]);
}

export function sqrt(x: Tensor): Tensor {
  return emitTensor(sqrtOp, [x]);
}

/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  return emitTensor(logOp, [x]);
}

export function sin(x: Tensor): Tensor {
  return emitTensor(sinOp, [x]);
}

export function cos(x: Tensor): Tensor {
  return emitTensor(cosOp, [x]);
}

/** The sum of tensors of one shape, in one pass over memory. */
export function addN(tensors: readonly Tensor[]): Tensor {
  const [only, ...others] = tensors;
  return only && others.length === 0 ? only : emitTensor(addNOp, tensors, { N: { int: tensors.length } });
}

/** Half the sum of squares, in one pass; a scalar. */
export function l2Loss(x: Tensor): Tensor {
  return emitTensor(l2LossOp, [x]);
}

import type { DType, Tensor } from '../graph';
import { defineOp, emitTensor, type Op, typeOf } from '../op';
import { broadcastShape, filled, sumTo } from './broadcast';
import { mul, reluGradOp } from './arithmetic';

// Casts, comparisons, select, maximum and minimum.

const castOp = defineOp<readonly [Tensor]>({
  name: 'Cast',
  arity: 1,
  stops: true,
  typed: { SrcT: 0 },
  shape: ([x], attributes) => [{ dtype: typeOf(attributes, 'DstT'), shape: x.shape }],
});

function comparisonOp(name: string): Op<readonly [Tensor, Tensor]> {
  return defineOp({
    name,
    arity: 2,
    typed: { T: 0 },
    stops: true,
    shape([x, y], _attributes, reject) {
      if (x.dtype !== y.dtype) throw reject('both must have the same element type');
      return [{ dtype: 'bool', shape: broadcastShape(x.shape, y.shape, reject) }];
    },
  });
}

const greaterEqualOp = comparisonOp('GreaterEqual');
const lessOp = comparisonOp('Less');
const lessEqualOp = comparisonOp('LessEqual');
const equalOp = comparisonOp('Equal');

const logicalNotOp = defineOp<readonly [Tensor]>({
  name: 'LogicalNot',
  arity: 1,
  stops: true,
  shape: ([x]) => [x],
});

const selectOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'SelectV2',
  arity: 3,
  typed: { T: 1 },
  shape([condition, x, y], _attributes, reject) {
    if (condition.dtype !== 'bool') throw reject('the condition must be bool');
    if (x.dtype !== y.dtype) throw reject('both choices must have the same element type');
    return [
      {
        dtype: x.dtype,
        shape: broadcastShape(condition.shape, broadcastShape(x.shape, y.shape, reject), reject),
      },
    ];
  },
  gradient({ inputs: [condition, x, y] }, dy, { needs }) {
    const zero = filled(dy.node.graph, [], 0);
    return [
      undefined,
      needs(1) ? sumTo(select(condition, dy, zero), x.shape) : undefined,
      needs(2) ? sumTo(select(condition, zero, dy), y.shape) : undefined,
    ];
  },
});

/** Elementwise maximum or minimum; a tie's gradient goes to the first, as in TensorFlow. */
function extremeOp(name: string, chooses: (x: Tensor, y: Tensor) => Tensor): Op<readonly [Tensor, Tensor]> {
  return defineOp({
    name,
    arity: 2,
    typed: { T: 0 },
    shape([x, y], _attributes, reject) {
      if (x.dtype !== y.dtype) throw reject('both must have the same element type');
      return [{ dtype: x.dtype, shape: broadcastShape(x.shape, y.shape, reject) }];
    },
    gradient({ inputs: [x, y], outputs: [result = x] }, dy, { needs }) {
      if (name === 'Maximum' && isZero(y)) return [emitTensor(reluGradOp, [dy, result]), undefined];
      const first = cast(chooses(x, y), 'float32');
      const second = (): Tensor => cast(emitTensor(logicalNotOp, [chooses(x, y)]), 'float32');
      return [
        needs(0) ? sumTo(mul(dy, first), x.shape) : undefined,
        needs(1) ? sumTo(mul(dy, second()), y.shape) : undefined,
      ];
    },
  });
}

/** A maximum with the constant 0 is a ReLU and has its gradient: one pass, and zero at zero. */
function isZero({ node, shape }: Tensor): boolean {
  const value = node.op === 'Const' ? node.attributes['value'] : undefined;
  return value !== undefined && 'literal' in value && shape.length === 0 && value.literal.values[0] === 0;
}

const maximumOp = extremeOp('Maximum', greaterEqual);
const minimumOp = extremeOp('Minimum', lessEqual);

export const logicOps: readonly Op[] = [
  castOp,
  greaterEqualOp,
  lessOp,
  lessEqualOp,
  equalOp,
  logicalNotOp,
  selectOp,
  maximumOp,
  minimumOp,
];

export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : emitTensor(castOp, [x], { DstT: { type: dtype } });
}

export function greaterEqual(x: Tensor, y: Tensor): Tensor {
  return emitTensor(greaterEqualOp, [x, y]);
}

export function less(x: Tensor, y: Tensor): Tensor {
  return emitTensor(lessOp, [x, y]);
}

export function lessEqual(x: Tensor, y: Tensor): Tensor {
  return emitTensor(lessEqualOp, [x, y]);
}

export function equal(x: Tensor, y: Tensor): Tensor {
  return emitTensor(equalOp, [x, y]);
}

/** x where the condition holds, y elsewhere, with broadcasting. */
export function select(condition: Tensor, x: Tensor, y: Tensor): Tensor {
  return emitTensor(selectOp, [condition, x, y]);
}

/** Elementwise maximum, with broadcasting. */
export function maximum(x: Tensor, y: Tensor): Tensor {
  return emitTensor(maximumOp, [x, y]);
}

/** Elementwise minimum, with broadcasting. */
export function minimum(x: Tensor, y: Tensor): Tensor {
  return emitTensor(minimumOp, [x, y]);
}

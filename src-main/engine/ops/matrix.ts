import type { Tensor } from '../graph';
import { boolOf, defineOp, emitTensor, type InputGradient, type Op } from '../op';

// Matrix products.

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** The gradients of both factors, for each of the four cases of transposition. */
function matMulGradient(a: Tensor, b: Tensor, ta: boolean, tb: boolean, dy: Tensor) {
  return [
    (): Tensor =>
      ta ? matMul(b, dy, { transposeA: tb, transposeB: true }) : matMul(dy, b, { transposeB: !tb }),
    (): Tensor =>
      tb ? matMul(dy, a, { transposeA: true, transposeB: ta }) : matMul(a, dy, { transposeA: !ta }),
  ] as const;
}

const matMulOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'MatMul',
  arity: 2,
  typed: { T: 0 },
  shape([a, b], attributes, reject) {
    if (a.shape.length !== 2 || b.shape.length !== 2) throw reject('both must be matrices');
    const [ta, tb] = [boolOf(attributes, 'transpose_a'), boolOf(attributes, 'transpose_b')];
    const [rows = 0, inner] = ta ? a.shape.toReversed() : a.shape;
    const [depth, columns = 0] = tb ? b.shape.toReversed() : b.shape;
    if (inner !== depth) throw reject(`the inner lengths are ${inner} and ${depth}`);
    return [{ dtype: a.dtype, shape: [rows, columns] }];
  },
  gradient({ inputs: [a, b], attributes }, dy, { needs }) {
    const [ta, tb] = [boolOf(attributes, 'transpose_a'), boolOf(attributes, 'transpose_b')];
    const [ofA, ofB] = matMulGradient(a, b, ta, tb, dy);
    const ofWeight = (): InputGradient => (ta ? ofB() : { stackable: tb ? [dy, a] : [a, dy] });
    return [needs(0) ? ofA() : undefined, needs(1) ? ofWeight() : undefined];
  },
});

export const matrixOps: readonly Op[] = [matMulOp];

/**
 * The product of two matrices.
 * @param a [rows, inner], or [inner, rows] with `transposeA`
 * @param b [inner, columns], or [columns, inner] with `transposeB`
 * @returns [rows, columns]
 */
export function matMul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  return emitTensor(matMulOp, [a, b], {
    transpose_a: { bool: options.transposeA ?? false },
    transpose_b: { bool: options.transposeB ?? false },
  });
}

import type { Tensor } from '../graph';
import { boolOf, defineOp, emitTensor, type InputGradient, type Op, sameShape } from '../op';

// Matrix products.

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

type Product = (a: Tensor, b: Tensor, options: MatMulOptions) => Tensor;

/** The four cases of differentiating a product whose factors may be transposed. */
function productGradient(product: Product, a: Tensor, b: Tensor, ta: boolean, tb: boolean, dy: Tensor) {
  return [
    (): Tensor =>
      ta ? product(b, dy, { transposeA: tb, transposeB: true }) : product(dy, b, { transposeB: !tb }),
    (): Tensor =>
      tb ? product(dy, a, { transposeA: true, transposeB: ta }) : product(a, dy, { transposeA: !ta }),
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
    const [ofA, ofB] = productGradient(matMul, a, b, ta, tb, dy);
    const ofWeight = (): InputGradient => (ta ? ofB() : { stackable: tb ? [dy, a] : [a, dy] });
    return [needs(0) ? ofA() : undefined, needs(1) ? ofWeight() : undefined];
  },
});

const batchMatMulOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'BatchMatMulV2',
  arity: 2,
  typed: { T: 0 },
  shape([a, b], attributes, reject) {
    const batch = a.shape.slice(0, -2);
    if (a.shape.length < 3 || !sameShape(batch, b.shape.slice(0, -2)))
      throw reject('the leading axes must agree');
    const [ta, tb] = [boolOf(attributes, 'adj_x'), boolOf(attributes, 'adj_y')];
    const [rows = 0, inner] = ta ? a.shape.slice(-2).toReversed() : a.shape.slice(-2);
    const [depth, columns = 0] = tb ? b.shape.slice(-2).toReversed() : b.shape.slice(-2);
    if (inner !== depth) throw reject(`the inner lengths are ${inner} and ${depth}`);
    return [{ dtype: a.dtype, shape: [...batch, rows, columns] }];
  },
  gradient({ inputs: [a, b], attributes }, dy, { needs }) {
    const [ofA, ofB] = productGradient(
      batchMatMul,
      a,
      b,
      boolOf(attributes, 'adj_x'),
      boolOf(attributes, 'adj_y'),
      dy,
    );
    return [needs(0) ? ofA() : undefined, needs(1) ? ofB() : undefined];
  },
});

export const matrixOps: readonly Op[] = [matMulOp, batchMatMulOp];

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

/** Products of matrices that stand in the last two axes; the leading axes of both agree. */
export function batchMatMul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  return emitTensor(batchMatMulOp, [a, b], {
    adj_x: { bool: options.transposeA ?? false },
    adj_y: { bool: options.transposeB ?? false },
  });
}

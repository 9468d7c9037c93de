import type { DType, Graph, GraphNode, Literal, Shape, Tensor } from '../graph';
import { defineOp, emitTensor, shapeOf, typeOf } from '../op';
import { CellsmithError } from '../../../src-shared/errors';

// Constants, placeholders and identities.

const constOp = defineOp<readonly []>({
  name: 'Const',
  arity: 0,
  shape(_inputs, attributes) {
    const value = attributes['value'];
    if (!value || !('literal' in value))
      throw new CellsmithError('engine.graph', 'A constant needs a value.');
    return [{ dtype: value.literal.dtype, shape: value.literal.shape }];
  },
});

const placeholderOp = defineOp<readonly []>({
  name: 'Placeholder',
  arity: 0,
  shape: (_inputs, attributes) => [
    { dtype: typeOf(attributes, 'dtype'), shape: shapeOf(attributes, 'shape') },
  ],
});

const identityOp = defineOp<readonly [Tensor]>({
  name: 'Identity',
  arity: 1,
  typed: { T: 0 },
  shape: ([x]) => [x],
  gradient: (_node, dy) => [dy],
});

export const sourceOps = [constOp, placeholderOp, identityOp];

/** Small constants are interned: axes and shapes repeat thousands of times in an unrolled graph. */
const interned = new WeakMap<Graph, Map<string, Tensor>>();
const internedSize = 16;

/**
 * A constant. Numbers become float32 unless `dtype` is given.
 * @param value a scalar, a vector, or a literal of any shape
 */
export function constant(
  graph: Graph,
  value: number | readonly number[] | Literal,
  dtype: 'float32' | 'int32' | 'int64' | 'bool' = 'float32',
): Tensor {
  const literal = typeof value === 'number' || isNumbers(value) ? literalOf(value, dtype) : value;
  const make = (): Tensor =>
    emitTensor(constOp, [], { dtype: { type: literal.dtype }, value: { literal } }, { graph });
  if (literal.values.length > internedSize || literal.dtype === 'string') return make();
  const known = interned.get(graph) ?? new Map<string, Tensor>();
  interned.set(graph, known);
  const key = `${literal.dtype}[${literal.shape.join()}]${[...literal.values].map((v) => (Object.is(v, -0) ? '-0' : String(v))).join()}`;
  const tensor = known.get(key) ?? make();
  known.set(key, tensor);
  return tensor;
}

function isNumbers(value: readonly number[] | Literal): value is readonly number[] {
  return Array.isArray(value);
}

function literalOf(
  value: number | readonly number[],
  dtype: 'float32' | 'int32' | 'int64' | 'bool',
): Literal {
  const numbers = typeof value === 'number' ? [value] : value;
  const shape = typeof value === 'number' ? [] : [value.length];
  switch (dtype) {
    case 'float32':
      return { dtype, shape, values: Float32Array.from(numbers) };
    case 'int32':
      return { dtype, shape, values: Int32Array.from(numbers) };
    case 'int64':
      return { dtype, shape, values: BigInt64Array.from(numbers, BigInt) };
    case 'bool':
      return { dtype, shape, values: numbers.map((n) => n !== 0) };
  }
}

/** A value that is fed at each call. */
export function placeholder(graph: Graph, name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return emitTensor(placeholderOp, [], { dtype: { type: dtype }, shape: { shape } }, { graph, name });
}

/** x itself, under a name or after other nodes. */
export function identity(
  x: Tensor,
  options: { readonly name?: string; readonly after?: readonly GraphNode[] } = {},
): Tensor {
  return emitTensor(
    identityOp,
    [x],
    {},
    {
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.after === undefined ? {} : { controls: options.after }),
    },
  );
}

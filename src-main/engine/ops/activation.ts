import type { Tensor } from '../graph';
import { boolOf, defineOp, emit, emitTensor, type Op, outputAt, sameShape } from '../op';
import { gradOp, mul, reluGradOp, sub } from './arithmetic';
import { expandDims, sum } from './broadcast';
import { maximum } from './logic';
import { constant } from './source';

// Activations, bias, softmax and its cross-entropy.

/** An activation whose gradient is one TensorFlow op of (result, dy). */
function activationOp(
  name: string,
  gradient: Op<readonly [Tensor, Tensor]>,
  dyFirst = false,
): Op<readonly [Tensor]> {
  return defineOp({
    name,
    arity: 1,
    typed: { T: 0 },
    shape: ([x]) => [x],
    gradient({ inputs: [x], outputs: [result = x] }, dy) {
      return [emitTensor(gradient, dyFirst ? [dy, result] : [result, dy])];
    },
  });
}

const sigmoidGradOp = gradOp('SigmoidGrad');
const tanhGradOp = gradOp('TanhGrad');
const sigmoidOp = activationOp('Sigmoid', sigmoidGradOp);
const tanhOp = activationOp('Tanh', tanhGradOp);
const reluOp = activationOp('Relu', reluGradOp, true);

const biasAddOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'BiasAdd',
  arity: 2,
  typed: { T: 0 },
  shape([x, bias], _attributes, reject) {
    if (x.shape.length < 2 || bias.shape.length !== 1 || x.shape.at(-1) !== bias.shape[0]) {
      throw reject('the bias is a vector as long as the last axis');
    }
    return [x];
  },
  gradient: (_node, dy, { needs }) => [dy, needs(1) ? emitTensor(biasAddGradOp, [dy]) : undefined],
});

const biasAddGradOp = defineOp<readonly [Tensor]>({
  name: 'BiasAddGrad',
  arity: 1,
  typed: { T: 0 },
  shape: ([dy]) => [{ dtype: dy.dtype, shape: dy.shape.slice(-1) }],
});

const softmaxOp = defineOp<readonly [Tensor]>({
  name: 'Softmax',
  arity: 1,
  typed: { T: 0 },
  shape: ([logits]) => [logits],
  gradient({ inputs: [x], outputs: [result = x] }, dy) {
    return [mul(sub(dy, sum(mul(dy, result), { axes: [-1], keepDims: true })), result)];
  },
});

const sparseSoftmaxCrossEntropyOp = defineOp<readonly [Tensor, Tensor]>({
  name: 'SparseSoftmaxCrossEntropyWithLogits',
  arity: 2,
  typed: { T: 0, Tlabels: 1 },
  shape([logits, labels], _attributes, reject) {
    if (logits.shape.length !== 2 || !sameShape(labels.shape, logits.shape.slice(0, 1))) {
      throw reject('logits are [batch, classes] and labels [batch]');
    }
    if (labels.dtype !== 'int32' && labels.dtype !== 'int64') throw reject('labels are integers');
    return [{ dtype: logits.dtype, shape: labels.shape }, logits];
  },
  // The second output is the gradient of each loss with respect to its logits.
  gradient: (node, dy) => [mul(expandDims(dy, 1), outputAt(node, 1)), undefined],
});

export const activationOps: readonly Op[] = [
  sigmoidOp,
  tanhOp,
  reluOp,
  sigmoidGradOp,
  tanhGradOp,
  biasAddOp,
  biasAddGradOp,
  softmaxOp,
  sparseSoftmaxCrossEntropyOp,
];

export function sigmoid(x: Tensor): Tensor {
  return emitTensor(sigmoidOp, [x]);
}

export function tanh(x: Tensor): Tensor {
  return emitTensor(tanhOp, [x]);
}

/** max(x, 0) */
export function relu(x: Tensor): Tensor {
  // TensorFlow fuses a Relu with the batch normalisation before it, and in training oneDNN has no fast kernel for the pair if
  // the channels do not fill its vectors: 15 ms instead of 5 on [64, 32, 32, 36]. It does not fuse a maximum.
  const { op, attributes } = x.node;
  const merges = op === 'FusedBatchNormV3' && boolOf(attributes, 'is_training');
  return merges ? maximum(x, constant(x.node.graph, 0)) : emitTensor(reluOp, [x]);
}

/** Adds a vector along the last axis. */
export function biasAdd(x: Tensor, bias: Tensor): Tensor {
  return emitTensor(biasAddOp, [x, bias]);
}

/** Probabilities over the last axis. */
export function softmax(logits: Tensor): Tensor {
  return emitTensor(softmaxOp, [logits]);
}

/**
 * The cross-entropy of each example, in nats.
 * @param logits [batch, classes]
 * @param labels [batch], int32 or int64
 * @returns [batch]
 */
export function sparseSoftmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return outputAt(emit(sparseSoftmaxCrossEntropyOp, [logits, labels]), 0);
}

import type { Tensor } from '../graph';
import { boolOf, defineOp, emit, emitTensor, type Op, outputAt } from '../op';
import { filled } from './broadcast';
import { CellsmithError } from '../../../src-shared/errors';

// Batch normalisation over [batch, height, width] of each channel.

type Five = readonly [Tensor, Tensor, Tensor, Tensor, Tensor];

const fusedBatchNormOp = defineOp<Five>({
  name: 'FusedBatchNormV3',
  arity: 5,
  typed: { T: 0, U: 1 },
  shape([x, gamma, beta, mean, variance], attributes, reject) {
    const channels = x.shape[3];
    if (x.shape.length !== 4 || channels === undefined)
      throw reject('images are [batch, height, width, channels]');
    // Training without moving averages takes empty statistics.
    const empty = boolOf(attributes, 'is_training') && mean.shape[0] === 0 && variance.shape[0] === 0;
    const vectors = empty ? [gamma, beta] : [gamma, beta, mean, variance];
    if (vectors.some(({ shape }) => shape.length !== 1 || shape[0] !== channels)) {
      throw reject('scale, offset, mean and variance are vectors as long as the last axis');
    }
    const vector = { dtype: gamma.dtype, shape: [channels] };
    return [x, vector, vector, vector, vector, vector];
  },
  gradient(node, dy, { dys }) {
    const [x, gamma] = node.inputs;
    if (!boolOf(node.attributes, 'is_training')) {
      throw new CellsmithError('engine.graph', 'Batch normalisation has a gradient in training only.');
    }
    if (dys.slice(1).some((d) => d !== undefined)) {
      throw new CellsmithError('engine.graph', 'The batch statistics of FusedBatchNormV3 have no gradient.');
    }
    const reserved = [3, 4, 5].map((output) => outputAt(node, output)) as [Tensor, Tensor, Tensor];
    const gradient = emit(fusedBatchNormGradOp, [dy, x, gamma, ...reserved], {
      epsilon: node.attributes['epsilon'] ?? { float: 0 },
      is_training: { bool: true },
    });
    return [outputAt(gradient, 0), outputAt(gradient, 1), outputAt(gradient, 2), undefined, undefined];
  },
});

const fusedBatchNormGradOp = defineOp<readonly [...Five, Tensor]>({
  name: 'FusedBatchNormGradV3',
  arity: 6,
  typed: { T: 0, U: 3 },
  shape: ([, x, gamma]) => [
    x,
    gamma,
    gamma,
    { dtype: gamma.dtype, shape: [0] },
    { dtype: gamma.dtype, shape: [0] },
  ],
});

export const normalizationOps: readonly Op[] = [fusedBatchNormOp, fusedBatchNormGradOp];

/** The result of normalising a batch. */
export interface NormalizedBatch {
  /** [batch, height, width, channels] */
  readonly y: Tensor;
  /** [channels]: the batch's mean, or the moving mean after this batch. */
  readonly mean: Tensor;
  /** [channels]: likewise the variance, with Bessel's correction (n/(n−1)), unlike the one that y is divided by. */
  readonly variance: Tensor;
}

/**
 * Normalises by the batch's statistics: y = γ·(x − mean)/√(variance + ε) + β.
 * @param x [batch, height, width, channels]
 * @param gamma [channels], @param beta [channels]
 * @param moving with it, `mean` and `variance` of the result are moved·(1 − rate) + batch's·rate
 */
export function batchNormTraining(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
  moving?: { readonly mean: Tensor; readonly variance: Tensor; readonly rate: number },
): NormalizedBatch {
  const empty = filled(x.node.graph, [0], 0);
  const node = emit(fusedBatchNormOp, [x, gamma, beta, moving?.mean ?? empty, moving?.variance ?? empty], {
    epsilon: { float: epsilon },
    is_training: { bool: true },
    exponential_avg_factor: { float: moving?.rate ?? 1 },
  });
  return { y: outputAt(node, 0), mean: outputAt(node, 1), variance: outputAt(node, 2) };
}

/** Normalises by given statistics, each [channels]. */
export function batchNormInference(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
): Tensor {
  return emitTensor(fusedBatchNormOp, [x, gamma, beta, mean, variance], {
    epsilon: { float: epsilon },
    is_training: { bool: false },
  });
}

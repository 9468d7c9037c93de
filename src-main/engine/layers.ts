import type { Graph, GraphNode, Shape, Tensor } from './graph';
import { scale, sub } from './ops/arithmetic';
import { biasAdd } from './ops/activation';
import { filled } from './ops/broadcast';
import { conv2d, type ConvolutionOptions } from './ops/convolution';
import { matMul } from './ops/matrix';
import { batchNormInference, batchNormTraining } from './ops/normalization';
import { dropout, randomNormal, randomUniform, seedOf } from './ops/random';
import { sizeOf } from './op';
import { assign, type Initializer, readVariable, variable } from './variables';
import { CellsmithError } from '../../src-shared/errors';

/**
 * One forward pass while the graph is built. A training pass normalises by the batch's statistics, applies dropout and collects
 * the updates that run with the step; an evaluation pass does neither. Both share the layers' variables.
 */
export interface Pass {
  readonly training: boolean;
  /** Updates of moving averages, for the train signature. */
  readonly updates: GraphNode[];
  /** A seed for one draw of the step, int32 [2]. @throws engine.graph if the pass has no seed */
  readonly draw: () => Tensor;
}

/** @param seed int32 [2], fed at each step; only needed for random draws */
export function trainingPass(seed?: Tensor): Pass {
  let streams = 0;
  return {
    training: true,
    updates: [],
    draw: () => {
      if (!seed) throw new CellsmithError('engine.graph', 'Dropout needs a training pass with a seed.');
      return seedOf(seed, streams++);
    },
  };
}

export function evaluationPass(): Pass {
  return {
    training: false,
    updates: [],
    draw: () => {
      throw new CellsmithError('engine.graph', 'An evaluation pass has no random draws.');
    },
  };
}

/** A part of a network; its applications share its variables. */
export type Layer = (x: Tensor, pass: Pass) => Tensor;

/** Normal with deviation √(2 / fan-in), for layers before a ReLU (He et al., 2015). The last axis is the outputs. */
export const heNormal: Initializer = (seed, shape) =>
  scale(randomNormal(seed, shape), Math.sqrt(2 / fanIn(shape)));

/** Uniform in ± √(6 / (fan-in + fan-out)) (Glorot & Bengio, 2010). */
export const glorotUniform: Initializer = (seed, shape) => {
  const receptive = sizeOf(shape.slice(0, -2));
  return uniform(Math.sqrt(6 / (fanIn(shape) + receptive * (shape.at(-1) ?? 1))))(seed, shape);
};

/** Uniform in ± limit. */
export function uniform(limit: number): Initializer {
  return (seed, shape) => {
    const { graph } = seed.node;
    return sub(scale(randomUniform(seed, shape), 2 * limit), filled(graph, [], limit));
  };
}

export const zeros: Initializer = (seed, shape) => filled(seed.node.graph, shape, 0);
export const ones: Initializer = (seed, shape) => filled(seed.node.graph, shape, 1);

function fanIn(shape: Shape): number {
  return sizeOf(shape.slice(0, -1));
}

/**
 * A convolution of [batch, height, width, channels] with weights `name/kernel` [height, width, channels, filters].
 * @param options.bias adds `name/bias`; off when absent, as batch normalisation follows
 */
export function convolution(
  graph: Graph,
  name: string,
  kernel: readonly [height: number, width: number, channels: number, filters: number],
  options: ConvolutionOptions & { readonly bias?: boolean; readonly initial?: Initializer } = {},
): Layer {
  const weights = variable(graph, `${name}/kernel`, kernel, { initial: options.initial ?? heNormal });
  const bias = options.bias ? variable(graph, `${name}/bias`, [kernel[3]], { initial: zeros }) : undefined;
  return (x) => {
    const y = conv2d(x, readVariable(weights), options);
    return bias ? biasAdd(y, readVariable(bias)) : y;
  };
}

/** x · `name/kernel` + `name/bias`, for x of [batch, inputs]; @param options.bias on when absent */
export function dense(
  graph: Graph,
  name: string,
  [inputs, outputs]: readonly [inputs: number, outputs: number],
  options: { readonly bias?: boolean; readonly initial?: Initializer } = {},
): Layer {
  const weights = variable(graph, `${name}/kernel`, [inputs, outputs], {
    initial: options.initial ?? glorotUniform,
  });
  const bias =
    options.bias === false ? undefined : variable(graph, `${name}/bias`, [outputs], { initial: zeros });
  return (x) => {
    const y = matMul(x, readVariable(weights));
    return bias ? biasAdd(y, readVariable(bias)) : y;
  };
}

/**
 * Batch normalisation of images with `name/gamma`, `name/beta`, and, not trained, `name/moving_mean` and
 * `name/moving_variance`, each [channels].
 *
 * A training pass normalises by the batch and moves the averages: moving ← momentum · moving + (1 − momentum) · batch. The
 * variance that goes into the average has Bessel's correction, as in PyTorch (whose `momentum` is 1 − this one) and in
 * TensorFlow's fused kernels; Keras 3 leaves the correction out.
 */
export function batchNormalization(
  graph: Graph,
  name: string,
  channels: number,
  options: { readonly momentum?: number; readonly epsilon?: number } = {},
): Layer {
  const { momentum = 0.9, epsilon = 1e-5 } = options;
  const gamma = variable(graph, `${name}/gamma`, [channels], { initial: ones });
  const beta = variable(graph, `${name}/beta`, [channels], { initial: zeros });
  const movingMean = variable(graph, `${name}/moving_mean`, [channels], { trainable: false, initial: zeros });
  const movingVariance = variable(graph, `${name}/moving_variance`, [channels], {
    trainable: false,
    initial: ones,
  });
  return (x, pass) => {
    const [g, b] = [readVariable(gamma), readVariable(beta)];
    const [mean, variance] = [readVariable(movingMean), readVariable(movingVariance)];
    if (!pass.training) return batchNormInference(x, g, b, mean, variance, epsilon);
    const batch = batchNormTraining(x, g, b, epsilon, { mean, variance, rate: 1 - momentum });
    pass.updates.push(assign(movingMean, batch.mean), assign(movingVariance, batch.variance));
    return batch.y;
  };
}

/** Dropout in a training pass. @param rate dropout probability, in [0, 1) */
export function dropoutLayer(rate: number): Layer {
  return (x, pass) => (pass.training && rate > 0 ? dropout(x, pass.draw(), rate) : x);
}

import { damaged } from '../strategy-state';

/** A slice of the controller's parameters with the optimiser that moves it. It knows nothing of the other shards. */
interface Shard {
  /** Place of its first parameter in the whole vector. */
  readonly start: number;
  readonly parameters: Float64Array;
  /** Sum of the gradients that wait for the update. */
  readonly pending: Float64Array;
  readonly adam: Adam;
  /** Gradients that wait for the update. */
  gradients: number;
  /** Updates so far. */
  version: number;
}

/**
 * The parameter server (paper section 3.2): S shards, each holding a slice of the parameters, its optimiser, its count of gradients and its
 * version. Controller replicas fetch all slices, compute a gradient and send each shard its slice of it; a shard updates on every
 * `accumulate`-th one, from any replica.
 *
 * On machines of their own, shards may have seen different numbers of updates when a replica fetches from them. Here they
 * live in one thread, where a fetch or the sending of a gradient runs to its end before anything else does: every shard sees the same gradients
 * in the same order, all have the same version whenever one is fetched from, and their number changes nothing in the result. So one number
 * says which parameters a batch was sampled from.
 */
export interface ParameterServer {
  /** The whole vector; shards are views of it. */
  readonly parameters: Float64Array;
  readonly pending: Float64Array;
  readonly shards: readonly Shard[];
  readonly accumulate: number;
}

interface ServerOptions {
  readonly shards: number;
  /** Gradients to an update. */
  readonly accumulate: number;
  readonly learningRate: number;
}

export function createParameterServer(parameters: Float64Array, options: ServerOptions): ParameterServer {
  const pending = new Float64Array(parameters.length);
  const shards: Shard[] = [];
  for (let s = 0; s < options.shards; s++) {
    const start = Math.floor((s * parameters.length) / options.shards);
    const end = Math.floor(((s + 1) * parameters.length) / options.shards);
    shards.push({
      start,
      parameters: parameters.subarray(start, end),
      pending: pending.subarray(start, end),
      adam: createAdam(end - start, options.learningRate),
      gradients: 0,
      version: 0,
    });
  }
  return { parameters, pending, shards, accumulate: options.accumulate };
}

/** Where all shards are: updates so far, and gradients that wait for the next. */
export function clockOf({ shards }: ParameterServer): {
  readonly version: number;
  readonly gradients: number;
} {
  const [first] = shards;
  return { version: first?.version ?? 0, gradients: first?.gradients ?? 0 };
}

/** What a replica gets when it fetches the parameters: the slices of all shards as one vector, which is its own. */
export function fetchParameters({ parameters, shards }: ParameterServer): Float64Array {
  const copy = new Float64Array(parameters.length);
  for (const shard of shards) copy.set(shard.parameters, shard.start);
  return copy;
}

/** Sends a replica's gradient to all shards; the mean of `accumulate` of them makes an update. */
export function sendGradient({ shards, accumulate }: ParameterServer, gradient: Float64Array): void {
  for (const shard of shards)
    sendToShard(shard, gradient.subarray(shard.start, shard.start + shard.parameters.length), accumulate);
}

/** Sends one shard its slice of a gradient. */
export function sendToShard(shard: Shard, slice: Float64Array, accumulate: number): void {
  const { pending } = shard;
  for (let i = 0; i < pending.length; i++) pending[i] = (pending[i] ?? 0) + (slice[i] ?? 0) / accumulate;
  shard.gradients += 1;
  if (shard.gradients < accumulate) return;
  adamStep(shard.adam, shard.parameters, pending);
  pending.fill(0);
  shard.gradients = 0;
  shard.version += 1;
}

/** The optimisers' memories of all shards as whole vectors: stored like this, a run may resume with another number of shards. */
export function joinedMoments({ parameters, shards }: ParameterServer): {
  readonly mean: Float64Array;
  readonly square: Float64Array;
  readonly steps: number;
} {
  const mean = new Float64Array(parameters.length);
  const square = new Float64Array(parameters.length);
  for (const { start, adam } of shards) {
    mean.set(adam.mean, start);
    square.set(adam.square, start);
  }
  return { mean, square, steps: shards[0]?.adam.steps ?? 0 };
}

/** @throws CellsmithError 'run.damaged' when the numbers cannot be those of a parameter server */
export function restoreParameterServer(
  stored: {
    readonly parameters: Float64Array;
    readonly pending: Float64Array;
    readonly mean: Float64Array;
    readonly square: Float64Array;
    readonly steps: number;
    readonly gradients: number;
    readonly version: number;
  },
  options: ServerOptions,
): ParameterServer {
  if (stored.gradients >= options.accumulate || stored.steps !== stored.version)
    throw damaged('its counters contradict each other');
  if (stored.square.some((value) => value < 0)) throw damaged('its optimiser holds a negative square');
  const server = createParameterServer(stored.parameters, options);
  server.pending.set(stored.pending);
  for (const shard of server.shards) {
    const { start, adam } = shard;
    adam.mean.set(stored.mean.subarray(start, start + adam.mean.length));
    adam.square.set(stored.square.subarray(start, start + adam.square.length));
    adam.steps = stored.steps;
    shard.gradients = stored.gradients;
    shard.version = stored.version;
  }
  return server;
}

/** Adam's memory of a vector of parameters (Kingma & Ba, 2015). */
interface Adam {
  readonly learningRate: number;
  /** Moving averages of the gradient and of its square. */
  readonly mean: Float64Array;
  readonly square: Float64Array;
  /** Steps taken. */
  steps: number;
}

const decayOfMean = 0.9;
const decayOfSquare = 0.999;
const epsilon = 1e-8;

export function createAdam(size: number, learningRate: number): Adam {
  return { learningRate, mean: new Float64Array(size), square: new Float64Array(size), steps: 0 };
}

/** Moves the parameters down the gradient, by PyTorch's formula: ε is added to √v̂, after the bias correction. */
export function adamStep(adam: Adam, parameters: Float64Array, gradient: Float64Array): void {
  adam.steps += 1;
  const { mean, square } = adam;
  const rate = adam.learningRate / (1 - decayOfMean ** adam.steps);
  const correction = Math.sqrt(1 - decayOfSquare ** adam.steps);
  for (let i = 0; i < parameters.length; i++) {
    const slope = gradient[i] ?? 0;
    const m = decayOfMean * (mean[i] ?? 0) + (1 - decayOfMean) * slope;
    const v = decayOfSquare * (square[i] ?? 0) + (1 - decayOfSquare) * slope * slope;
    mean[i] = m;
    square[i] = v;
    parameters[i] = (parameters[i] ?? 0) - (rate * m) / (Math.sqrt(v) / correction + epsilon);
  }
}

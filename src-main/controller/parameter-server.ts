import { adamStep, createAdam, type Adam } from './adam';
import { damaged } from './checkpoint';

/** A slice of the controller's parameters with the optimiser that moves it. */
interface Shard {
  readonly parameters: Float64Array;
  /** Sum of the gradients that wait for the update. */
  readonly pending: Float64Array;
  readonly adam: Adam;
}

/**
 * The parameter server (paper section 3.2): S shards, each holding a slice of the parameters. Controller replicas fetch
 * all slices, compute a gradient and send it back; the shards update on every `accumulate`-th one, whoever sent it.
 * In one process the shards update together, so their number changes nothing in the result.
 */
export interface ParameterServer {
  /** The whole vector; shards are views of it. */
  readonly parameters: Float64Array;
  readonly pending: Float64Array;
  readonly shards: readonly Shard[];
  readonly accumulate: number;
  /** Gradients that wait for the update. */
  gradients: number;
  /** Updates so far. */
  version: number;
}

export interface ServerOptions {
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
      parameters: parameters.subarray(start, end),
      pending: pending.subarray(start, end),
      adam: createAdam(end - start, options.learningRate),
    });
  }
  return { parameters, pending, shards, accumulate: options.accumulate, gradients: 0, version: 0 };
}

/** Takes a replica's gradient; the mean of `accumulate` of them makes an update. */
export function sendGradient(server: ParameterServer, gradient: Float64Array): void {
  const { pending } = server;
  for (let i = 0; i < pending.length; i++)
    pending[i] = (pending[i] ?? 0) + (gradient[i] ?? 0) / server.accumulate;
  server.gradients += 1;
  if (server.gradients < server.accumulate) return;
  for (const shard of server.shards) adamStep(shard.adam, shard.parameters, shard.pending);
  pending.fill(0);
  server.gradients = 0;
  server.version += 1;
}

/** The optimisers' memories of all shards as whole vectors: stored so, a run may go on with another number of shards. */
export function joinedMoments(server: ParameterServer): {
  readonly mean: Float64Array;
  readonly square: Float64Array;
  readonly steps: number;
} {
  const mean = new Float64Array(server.parameters.length);
  const square = new Float64Array(server.parameters.length);
  let at = 0;
  for (const { adam } of server.shards) {
    mean.set(adam.mean, at);
    square.set(adam.square, at);
    at += adam.mean.length;
  }
  return { mean, square, steps: server.shards[0]?.adam.steps ?? 0 };
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
  server.gradients = stored.gradients;
  server.version = stored.version;
  let at = 0;
  for (const { adam } of server.shards) {
    adam.mean.set(stored.mean.subarray(at, at + adam.mean.length));
    adam.square.set(stored.square.subarray(at, at + adam.square.length));
    adam.steps = stored.steps;
    at += adam.mean.length;
  }
  return server;
}

import type { Shape, Tensor } from '../graph';
import { constantInts, defineOp, emitTensor, type Op, sizeOf } from '../op';
import { add, mul, scale } from './arithmetic';
import { cast, greaterEqual } from './logic';
import { constant } from './source';

// Stateless random numbers: a function of the seed only, in every process and call, also for seed 0.

function randomOp(name: string): Op<readonly [Tensor, Tensor]> {
  return defineOp({
    name,
    arity: 2,
    typed: { T: 0, Tseed: 1 },
    shape([size, seed], _attributes, reject) {
      if (sizeOf(seed.shape) !== 2 || seed.shape.length !== 1) throw reject('a seed is two integers');
      return [{ dtype: 'float32', shape: constantInts(size) }];
    },
  });
}

const uniformOp = randomOp('StatelessRandomUniform');
const normalOp = randomOp('StatelessRandomNormal');

export const randomOps: readonly Op[] = [uniformOp, normalOp];

function draw(op: Op<readonly [Tensor, Tensor]>, seed: Tensor, shape: Shape): Tensor {
  return emitTensor(op, [constant(seed.node.graph, shape, 'int32'), seed], { dtype: { type: 'float32' } });
}

/** Uniform in [0, 1); @param seed int32 [2] */
export function randomUniform(seed: Tensor, shape: Shape): Tensor {
  return draw(uniformOp, seed, shape);
}

/** Standard normal; @param seed int32 [2] */
export function randomNormal(seed: Tensor, shape: Shape): Tensor {
  return draw(normalOp, seed, shape);
}

/** A seed for one of several draws of a step. @param seed int32 [2]; @param stream number of the draw */
export function seedOf(seed: Tensor, stream: number): Tensor {
  return add(seed, constant(seed.node.graph, [0, stream], 'int32'));
}

/**
 * A dropout mask: zero with probability `rate`, else 1 / (1 − rate). One mask for all time steps is variational dropout.
 * @param rate in [0, 1)
 */
export function dropoutMask(seed: Tensor, shape: Shape, rate: number): Tensor {
  const kept = greaterEqual(randomUniform(seed, shape), constant(seed.node.graph, rate));
  return scale(cast(kept, 'float32'), 1 / (1 - rate));
}

/** Inverted dropout: zeroes elements with probability `rate` and scales the rest, so that the mean stays. */
export function dropout(x: Tensor, seed: Tensor, rate: number): Tensor {
  return rate === 0 ? x : mul(x, dropoutMask(seed, x.shape, rate));
}

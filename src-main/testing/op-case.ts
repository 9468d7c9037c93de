import type { Shape, Tensor } from '../engine/graph';
import type { Engine } from '../engine/load';
import { constant } from '../engine/ops/source';

type Eager = ReturnType<Engine['tensor']>;

/** How the values of an input are drawn. */
export type Draw =
  /** Magnitudes in [0.4, 1.4] of either sign: away from the kinks at 0. */
  | 'signed'
  /** In [0.4, 1.4]. */
  | 'positive'
  /** No two values nearer than 0.05: the largest stays the largest. */
  | 'distinct';

/** An op with inputs, differentiated by the graph, by finite differences, and by eager tfjs. */
export interface OpCase {
  /** TensorFlow's name of the op whose gradient is tested. */
  readonly op: string;
  readonly about: string;
  readonly inputs: readonly Shape[];
  readonly draw?: Draw;
  readonly build: (...inputs: [Tensor, Tensor, Tensor]) => Tensor;
  /** The same in eager tfjs, which has its own gradients. */
  readonly eager: (tf: Engine, ...inputs: [Eager, Eager, Eager]) => Eager;
}

/** [batch, height, width, channels] */
export const image: Shape = [2, 5, 3, 2];

/** A literal of integers. */
export function integers(of: Tensor, values: readonly number[]): Tensor {
  return constant(of.node.graph, values, 'int32');
}

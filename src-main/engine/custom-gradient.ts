import type { GraphNode, Tensor } from './graph';
import type { InputGradient } from './op';
import { identity } from './ops/source';

/** A gradient that is given rather than derived: those with respect to `inputs`, made from that with respect to the result. */
export interface CustomGradient {
  readonly inputs: readonly Tensor[];
  readonly gradient: (dy: Tensor) => readonly (InputGradient | undefined)[];
}

const customGradients = new WeakMap<GraphNode, CustomGradient>();

/**
 * A tensor that was computed from `inputs`, whose gradient is the given one: for where rounding, memory or time ask for another
 * form than the chain rule's. Nothing flows back through the nodes in between.
 */
export function withGradient(y: Tensor, custom: CustomGradient): Tensor {
  const result = identity(y);
  customGradients.set(result.node, custom);
  return result;
}

/** What {@link withGradient} said of a node. */
export function customGradientOf(node: GraphNode): CustomGradient | undefined {
  return customGradients.get(node);
}

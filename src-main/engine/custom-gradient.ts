import type { GraphNode, Tensor } from './graph';
import type { InputGradient } from './op';
import { identity } from './ops/source';

/** A custom gradient: from the gradient of the result to those of `inputs`. */
export interface CustomGradient {
  readonly inputs: readonly Tensor[];
  readonly gradient: (dy: Tensor) => readonly (InputGradient | undefined)[];
}

const customGradients = new WeakMap<GraphNode, CustomGradient>();

/**
 * A tensor computed from `inputs` with a custom gradient, for when the chain rule's form costs precision, memory or time. No gradient
 * flows back through the nodes in between.
 */
export function withGradient(y: Tensor, custom: CustomGradient): Tensor {
  const result = identity(y);
  customGradients.set(result.node, custom);
  return result;
}

/** The custom gradient of a node; see {@link withGradient}. */
export function customGradientOf(node: GraphNode): CustomGradient | undefined {
  return customGradients.get(node);
}

import type { SampledChild } from './typical-children';

/** What a trainer process holds before it has a child: Node, TensorFlow, and its threads' stacks and scratch space. */
const empty = 470e6;
/** Weights, their gradients, and one optimiser value each; bytes per parameter. */
const bytesAParameter = 12;
/** The backward pass holds gradients in addition to the saved activations. */
const backward = 1.5;

/**
 * About how much memory a trainer process takes while it trains a child, in bytes. Computed from tensor sizes, without
 * training; a measurement is better.
 * @param examples images or tokens of a step
 */
export function trainerMemory(
  child: Pick<SampledChild, 'parameters' | 'activationBytes'>,
  examples: number,
): number {
  return empty + bytesAParameter * child.parameters + backward * examples * child.activationBytes;
}

import type { Generator } from '../../src-shared/random';

/** Images of a step: numbers of records in the data set, [batch]. */
export type Batch = Int32Array;

/** Images of an evaluation step, always [batch] of them: those with weight 0 only fill the last batch. */
export interface EvaluationBatch {
  readonly indices: Int32Array;
  /** 1 for an image that counts, 0 for filling; [batch]. */
  readonly weights: Float32Array;
}

/** Steps of an epoch of training: whole batches only, since the shapes of a graph are fixed. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.floor(images / batchSize);
}

/**
 * One epoch of training: every image at most once, in a new random order, in whole batches. The images left over
 * (fewer than a batch) are others in every epoch.
 */
export function trainingBatches(indices: Int32Array, batchSize: number, generator: Generator): Batch[] {
  const order = generator.shuffle(indices.slice());
  return Array.from({ length: stepsPerEpoch(order.length, batchSize) }, (_, step) =>
    order.slice(step * batchSize, (step + 1) * batchSize),
  );
}

/** Every image exactly once with weight 1, in the given order. */
export function evaluationBatches(indices: Int32Array, batchSize: number): EvaluationBatch[] {
  return Array.from({ length: Math.ceil(indices.length / batchSize) }, (_, step) => {
    const images = indices.subarray(step * batchSize, (step + 1) * batchSize);
    const filled = new Int32Array(batchSize).fill(images[0] ?? 0);
    filled.set(images);
    const weights = new Float32Array(batchSize);
    weights.fill(1, 0, images.length);
    return { indices: filled, weights };
  });
}

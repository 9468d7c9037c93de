import type { Generator } from '../../src-shared/random';
import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';

/** Images of a step: record numbers in the data set, [batch]. */
type Batch = Int32Array;

/** Images of an evaluation step, always [batch] of them: those with weight 0 pad the last batch. */
interface EvaluationBatch {
  readonly indices: Int32Array;
  /** 1 for an image that counts, 0 for padding; [batch]. */
  readonly weights: Float32Array;
}

/** Steps of an epoch of training: whole batches only, since the shapes of a graph are fixed. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.floor(images / batchSize);
}

/**
 * One epoch of training: every image at most once, in a new random order, in whole batches. The remaining images
 * (fewer than a batch) differ in every epoch.
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

/** The position of training: `step` of `steps` in `epoch`, all counted from 0. */
interface TrainingMoment {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

/**
 * The learning rate of a step under the recipe's decay.
 *
 * @param initial the rate to decay: the recipe's, or the one that the controller predicted
 */
export function learningRateAt(
  { decay, epochs }: Pick<ImageRecipe, 'decay' | 'epochs'>,
  initial: number,
  { epoch, step, steps }: TrainingMoment,
): number {
  switch (decay.kind) {
    case 'constant':
      return initial;
    case 'step':
      return initial * decay.factor ** decay.epochs.filter((start) => start <= epoch).length;
    case 'cosine':
      return (initial * (1 + Math.cos((Math.PI * (epoch + step / steps)) / epochs))) / 2;
  }
}

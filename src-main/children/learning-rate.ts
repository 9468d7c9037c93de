import type { ImageRecipe } from '../../src-shared/tasks/images/image-recipe';

/** The position of training: `step` of `steps` in `epoch`, all counted from 0. */
export interface TrainingMoment {
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

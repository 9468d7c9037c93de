import { z } from 'zod';
import type { Complain } from '../complain';
import { largestBatchSize, mostEpochs } from '../../run/trial';

const count = z.int().min(1);

const learningRateDecaySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Multiplied by `factor` at the start of each of `epochs` (from 0). */
  z.strictObject({
    kind: z.literal('step'),
    epochs: z.array(z.int().min(0)),
    factor: z.number().positive().max(1),
  }),
  /** From the rate to 0 along half a cosine over all epochs, by the step. */
  z.strictObject({ kind: z.literal('cosine') }),
]);

const augmentationSchema = z.strictObject({
  /** How a larger image comes about of which a random crop of the input size is taken: scaled up, or padded with zeros. */
  enlarge: z.enum(['upsample', 'pad', 'none']),
  /** Side of the enlarged image (paper: 40 for 32). Ignored with 'none'. */
  enlargedSide: count.max(1024),
  horizontalFlip: z.boolean(),
});

/** How a child on images is trained and rewarded (paper section 4.1). */
export const imageRecipeSchema = z.strictObject({
  kind: z.literal('images'),
  /** Side of the square input; images of another size are resized. */
  side: z.int().min(4).max(512),
  epochs: count.max(mostEpochs),
  batchSize: count.max(largestBatchSize),
  learningRate: z.number().positive().max(10),
  decay: learningRateDecaySchema,
  momentum: z.number().min(0).max(0.9999),
  nesterov: z.boolean(),
  weightDecay: z.number().min(0).max(1),
  batchNormEpsilon: z.number().positive().max(1),
  batchNormMomentum: z.number().min(0).max(0.9999),
  augmentation: augmentationSchema,
  /** Training images set aside for the reward: a number of images, or a fraction below 1 of them. */
  validation: z.union([z.int().min(1), z.number().gt(0).lt(1)]),
  /** Seed of the validation split: the same for every child of a run. */
  splitSeed: z.int(),
  /** Reward = (best validation accuracy of the last `rewardEpochs` epochs) ^ rewardExponent. */
  rewardEpochs: count,
  rewardExponent: z.number().positive().max(10),
  /** A child that takes longer is ended and recorded as failed; null for no limit. Seconds. */
  timeLimit: z.number().positive().nullable(),
});
export type ImageRecipe = z.infer<typeof imageRecipeSchema>;

/** Reports options of the recipe that contradict each other. */
export function checkImageRecipe(recipe: ImageRecipe, complain: Complain): void {
  if (recipe.rewardEpochs > recipe.epochs)
    complain('recipe.rewardEpochs', `must not exceed the number of epochs (${recipe.epochs})`);
  if (recipe.decay.kind === 'step' && recipe.decay.epochs.some((epoch) => epoch >= recipe.epochs))
    complain('recipe.decay.epochs', `must lie below the number of epochs (${recipe.epochs})`);
  const { enlarge, enlargedSide } = recipe.augmentation;
  if (enlarge !== 'none' && enlargedSide < recipe.side)
    complain('recipe.augmentation.enlargedSide', `must be at least the side of the input (${recipe.side})`);
}

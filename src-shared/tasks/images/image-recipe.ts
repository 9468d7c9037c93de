import { z } from 'zod';
import { option, type Complain } from '../../option';
import { largestBatchSize, mostEpochs } from '../../limits';

const count = z.int().min(1);

const learningRateDecaySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Multiplied by `factor` at the start of each of `epochs` (from 0). */
  z.strictObject({
    kind: z.literal('step'),
    epochs: option(z.array(z.int().min(0)), {
      label: 'Decay epochs',
      help: 'Epochs, counted from 0, at whose start the learning rate is multiplied by the factor.',
      initial: (number) => [Math.floor(number('recipe.epochs') / 2)],
    }),
    factor: option(z.number().positive().max(1), {
      label: 'Decay factor',
      help: 'What the learning rate is multiplied by at each of those epochs.',
      initial: () => 0.1,
    }),
  }),
  /** From the rate to 0 along half a cosine over all epochs, by the step. */
  z.strictObject({ kind: z.literal('cosine') }),
]);

const augmentationSchema = z.strictObject({
  enlarge: option(z.enum(['upsample', 'pad', 'none']), {
    label: 'Enlarge',
    help: 'How images are enlarged before a random crop of the input size: upsample scales them, pad adds a border of zeros, none leaves them as they are.',
    paper: { v1: 'upsample' },
  }),
  /** Side of the enlarged image (paper: 40 for 32). Ignored with 'none'. */
  enlargedSide: option(count.max(1024), {
    label: 'Enlarged side',
    help: 'Side of the enlarged image; not used with none.',
    paper: { v1: 40 },
    unit: 'pixels',
  }),
  horizontalFlip: option(z.boolean(), {
    label: 'Horizontal flip',
    help: 'Whether each image is mirrored with probability 0.5.',
    paper: { v1: true },
  }),
});

/** How a child on images is trained and rewarded (paper section 4.1). */
export const imageRecipeSchema = z.strictObject({
  kind: z.literal('images'),
  side: option(z.int().min(4).max(512), {
    label: 'Input size',
    help: 'Side of the square input; other images are resized.',
    paper: { v1: 32 },
    unit: 'pixels',
  }),
  epochs: option(count.max(mostEpochs), {
    label: 'Epochs',
    help: 'Passes over the training data.',
    paper: { v1: 50 },
  }),
  batchSize: option(count.max(largestBatchSize), { label: 'Batch size', help: 'Images per training step.' }),
  learningRate: option(z.number().positive().max(10), {
    label: 'Learning rate',
    help: 'Learning rate at the start of training.',
    paper: { v1: 0.1 },
  }),
  decay: option(learningRateDecaySchema, {
    label: 'Learning-rate schedule',
    help: 'How the learning rate falls: constant not at all, step by a factor at given epochs, cosine along half a cosine to 0.',
  }),
  momentum: option(z.number().min(0).max(0.9999), {
    label: 'Momentum',
    help: 'Momentum coefficient: how much of the last update carries over.',
    paper: { v1: 0.9 },
  }),
  nesterov: option(z.boolean(), {
    label: 'Nesterov',
    help: 'Whether momentum is Nesterov momentum.',
    paper: { v1: true },
  }),
  weightDecay: option(z.number().min(0).max(1), {
    label: 'Weight decay',
    help: 'L2 penalty coefficient.',
    paper: { v1: 0.0001 },
  }),
  batchNormEpsilon: option(z.number().positive().max(1), {
    label: 'Batch-norm epsilon',
    help: 'Added to the variance before the square root.',
    advanced: true,
  }),
  batchNormMomentum: option(z.number().min(0).max(0.9999), {
    label: 'Batch-norm momentum',
    help: 'How much of the moving mean and variance a step keeps.',
    advanced: true,
  }),
  augmentation: augmentationSchema,
  validation: option(z.union([z.int().min(1), z.number().gt(0).lt(1)]), {
    label: 'Validation images',
    help: 'Training images held out for the reward: a number, or a fraction below 1.',
    paper: { v1: 5000 },
  }),
  splitSeed: option(z.int(), {
    label: 'Split seed',
    help: 'Seed that selects the held-out images.',
    advanced: true,
  }),
  rewardEpochs: option(count, {
    label: 'Reward epochs',
    help: 'The reward is the best validation accuracy of this number of last epochs.',
    paper: { v1: 5 },
  }),
  rewardExponent: option(z.number().positive().max(10), {
    label: 'Reward exponent',
    help: 'Power that this accuracy is raised to.',
    paper: { v1: 3 },
  }),
  timeLimit: option(z.number().positive().nullable(), {
    label: 'Time limit',
    help: 'Training time after which a network is ended, with reward 0; null for no limit.',
    unit: 's',
  }),
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

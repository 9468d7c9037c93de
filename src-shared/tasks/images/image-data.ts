import { z } from 'zod';
import { imageDatasetDescriptionSchema, type ImageDatasetDescription } from './image-description';
import { counted } from '../../counted';
import { bytes } from '../../format';
import {
  type DataKind,
  type DescriptionText,
  type EpochSteps,
  type Outcome,
  fewDigits,
  type Metric,
} from '../data-kind';
import { checkImageRecipe, imageRecipeSchema, type ImageRecipe } from './image-recipe';
import { CellsmithError } from '../../errors';

/** What a child on images measured over one epoch. Losses in nats; accuracies in [0, 1]; seconds of wall time for the epoch. */
export const imageEpochRecordSchema = z.strictObject({
  kind: z.literal('images'),
  /** From 0. */
  epoch: z.int().min(0),
  trainLoss: z.number(),
  trainAccuracy: z.number().min(0).max(1),
  validationLoss: z.number(),
  validationAccuracy: z.number().min(0).max(1),
  learningRate: z.number(),
  seconds: z.number().min(0),
});
export type ImageEpochRecord = z.infer<typeof imageEpochRecordSchema>;

/** Stored in [0, 1]. */
const accuracy: Metric = {
  id: 'accuracy',
  name: 'accuracy',
  unit: '%',
  difference: 'Difference, % points',
  better: 'higher',
  digits: 2,
  tickDigits: fewDigits,
  shown: (stored) => 100 * stored,
};

/** Images brought to a square of `side` pixels a side. */
const imageNeedSchema = z.strictObject({
  kind: z.literal('images'),
  side: imageRecipeSchema.shape.side,
  unreadable: z.enum(['refuse', 'skip']),
});
export type ImageNeed = z.infer<typeof imageNeedSchema>;

const file = z.string().min(1);

/** The decoded test split: uint8 [count, side, side, 3], and little-endian int32 [count]. */
export const imageTestSchema = z.strictObject({
  kind: z.literal('images'),
  imagesFile: file,
  labelsFile: file,
  count: z.int().min(1),
});

/** Classification of images (paper section 4.1). */
export const imageData: DataKind<
  ImageDatasetDescription,
  ImageRecipe,
  ImageEpochRecord,
  ImageNeed,
  z.infer<typeof imageTestSchema>
> = {
  kind: 'images',
  purpose: 'image classification',
  descriptionSchema: imageDatasetDescriptionSchema,
  describe: describeImages,
  recipeSchema: imageRecipeSchema,
  epochSchema: imageEpochRecordSchema,
  needSchema: imageNeedSchema,
  testSchema: imageTestSchema,
  sharedOptions: ['kind', 'side', 'validation', 'splitSeed'],
  // A training may have fewer epochs than the reward of its search takes into account.
  alone: () => ({ timeLimit: null, rewardEpochs: 1 }),
  checkRecipe: checkImageRecipe,
  metrics: [accuracy],
  metricOf: () => accuracy,
  reached: (epoch, on) =>
    on === 'train'
      ? { metric: epoch.trainAccuracy, loss: epoch.trainLoss }
      : { metric: epoch.validationAccuracy, loss: epoch.validationLoss },
  outcome: imageOutcome,
  score: (stored) => stored,
  epochHead: (metric) => ['loss', metric, 'validation loss', metric],
  epochCells: ({ trainLoss, trainAccuracy, validationLoss, validationAccuracy }, text) => [
    trainLoss.toFixed(3),
    text(trainAccuracy),
    validationLoss.toFixed(3),
    text(validationAccuracy),
  ],
  need: ({ side }, unreadable) => ({ kind: 'images', side, unreadable }),
  content: ({ classes, splits, testSplit }) => [classes, splits, testSplit],
  splitSeed: ({ splitSeed }) => splitSeed,
  draws: () => 0,
  epochSteps: imageSteps,
  requireTrainable: ({ validation }, { splits }) => {
    requireValidationCount(validation, splits.train.count);
  },
};

/**
 * {@link rewardedAccuracy} to the power `rewardExponent` (3 in the paper), in [0, 1].
 */
function imageOutcome(epochs: readonly ImageEpochRecord[], recipe: ImageRecipe): Outcome {
  if (epochs.length === 0) return { measure: null, reward: 0 };
  const measure = rewardedAccuracy(epochs, recipe);
  return { measure, reward: measure ** recipe.rewardExponent };
}

/**
 * The best validation accuracy of the last `rewardEpochs` epochs, in [0, 1]: an earlier, better epoch does not count
 * (paper section 4.1).
 */
function rewardedAccuracy(
  epochs: readonly ImageEpochRecord[],
  { rewardEpochs }: Pick<ImageRecipe, 'rewardEpochs'>,
): number {
  const last = epochs.toSorted((a, b) => a.epoch - b.epoch).slice(-rewardEpochs);
  return Math.max(0, ...last.map((record) => record.validationAccuracy));
}

/** Images that would be left out as unreadable count too. */
function imageSteps({ validation, batchSize }: ImageRecipe, { splits }: ImageDatasetDescription): EpochSteps {
  const images = splits.train.count;
  const aside = validationCount(validation, images);
  const trained = Math.max(0, images - aside);
  const batch = Math.max(1, Math.min(batchSize, trained));
  return {
    training: Math.floor(trained / batch),
    evaluation: Math.ceil(Math.min(aside, images) / batch),
    examples: batch,
  };
}

function describeImages(description: ImageDatasetDescription): DescriptionText {
  const { form, container, location, files, classes, splits, testSplit, sizes, distinctSizes } = description;
  const { duplicates, unreadable, warnings } = description;
  const copies = duplicates.withinTrain + duplicates.withinTest;
  const drawn =
    testSplit.kind === 'given'
      ? ''
      : `, drawn from all images (${Math.round(100 * testSplit.fraction)} %, seed ${testSplit.seed})`;
  const shown = sizes.slice(0, 5).map(({ width, height, count }) => `${width}×${height} (${count})`);
  if (distinctSizes > shown.length) shown.push(`${distinctSizes - shown.length} more`);
  const colours = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(', ');
  return {
    facts: [
      ['Data set', location],
      ['Form', `${form}, ${container}`],
      ['Files', `${files}, ${bytes(description.bytes)}`],
      ['Training', counted(splits.train.count, 'image')],
      ['Test', `${counted(splits.test.count, 'image')}${drawn}`],
      ['Sizes', shown.join(', ')],
      ['Grey', String(description.grey)],
      ['Mean', `${colours(description.mean)} of red, green, blue (0–255)`],
      ['Deviation', colours(description.deviation)],
      ['Duplicates', `${copies} within a split, ${duplicates.acrossSplits} between training and test`],
      ['Unreadable', String(unreadable.count)],
      ['Fingerprint', description.fingerprint],
    ],
    table: [
      ['class', 'training', 'test'],
      ...classes.map((name, index) => [
        name,
        String(splits.train.perClass[index] ?? 0),
        String(splits.test.perClass[index] ?? 0),
      ]),
    ],
    lines: [],
    notes: [
      ...unreadable.files
        .slice(0, 20)
        .map(({ file, reason }) => ['Unreadable', `${file}: ${reason}`] as const),
      ...warnings.map(({ message }) => ['Note', message] as const),
    ],
  };
}

/** Images that are set aside for validation. @param validation a number of them, or a fraction between 0 and 1 */
function validationCount(validation: number, images: number): number {
  return validation > 0 && validation < 1 ? Math.max(1, Math.round(validation * images)) : validation;
}

/**
 * As {@link validationCount}, that leaves images to train on.
 * @throws CellsmithError 'config.invalid' when none would be
 */
export function requireValidationCount(validation: number, images: number): number {
  const count = validationCount(validation, images);
  if (Number.isInteger(count) && count >= 0 && count < images) return count;
  throw new CellsmithError(
    'config.invalid',
    `A validation split of ${validation} cannot be taken from ${counted(images, 'training image')}: set recipe.validation to a number below that, or to a fraction between 0 and 1.`,
  );
}

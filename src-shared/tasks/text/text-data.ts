import { z } from 'zod';
import { textDatasetDescriptionSchema, type TextDatasetDescription } from '../../dataset/text-description';
import type { DataKind, EpochSteps } from '../data-kind';
import { fewDigits, type Metric } from '../metric';
import {
  bestPerplexity,
  bitsOf,
  languageEpochRecordSchema,
  languageReward,
  type LanguageEpochRecord,
} from './language-epoch';
import { textRecipeSchema, type TextRecipe } from './text-recipe';

const perplexity: Metric = {
  id: 'perplexity',
  name: 'perplexity',
  unit: null,
  difference: 'Difference of perplexities',
  better: 'lower',
  digits: 1,
  tickDigits: fewDigits,
  shown: (stored) => stored,
};

/** Stored as a perplexity too. */
const bitsPerCharacter: Metric = {
  id: 'bitsPerCharacter',
  name: 'bits per character',
  unit: null,
  difference: 'Difference, bits per character',
  better: 'lower',
  digits: 3,
  tickDigits: () => 2,
  shown: (stored) => bitsOf(Math.log(stored)),
};

/** Text as tokens of a level. */
const textNeedSchema = z.strictObject({
  kind: z.literal('text'),
  level: textRecipeSchema.shape.level,
  vocabularyLimit: textRecipeSchema.shape.vocabularyLimit,
});
export type TextNeed = z.infer<typeof textNeedSchema>;

/** The tokens of the test split: little-endian int32 [count]. */
export const textTestSchema = z.strictObject({
  kind: z.literal('text'),
  tokensFile: z.string().min(1),
  count: z.int().min(1),
});

/** Language modelling (paper section 4.2). */
export const textData: DataKind<
  TextDatasetDescription,
  TextRecipe,
  LanguageEpochRecord,
  TextNeed,
  z.infer<typeof textTestSchema>
> = {
  kind: 'text',
  purpose: 'language modelling',
  descriptionSchema: textDatasetDescriptionSchema,
  recipeSchema: textRecipeSchema,
  epochSchema: languageEpochRecordSchema,
  needSchema: textNeedSchema,
  testSchema: textTestSchema,
  sharedOptions: ['kind', 'level', 'vocabularyLimit'],
  checkRecipe: () => undefined,
  metrics: [perplexity, bitsPerCharacter],
  metricOf: ({ level }) => (level === 'character' ? bitsPerCharacter : perplexity),
  reached: (epoch, on) => {
    const metric = on === 'train' ? epoch.trainPerplexity : epoch.validationPerplexity;
    return { metric, loss: metric === null ? null : Math.log(metric) };
  },
  outcome: (epochs, { rewardConstant }) => ({
    measure: bestPerplexity(epochs),
    reward: languageReward(epochs, rewardConstant),
  }),
  score: (stored) => -Math.log(stored),
  epochHead: (metric) => [`training ${metric}`, `validation ${metric}`],
  epochCells: ({ trainPerplexity, validationPerplexity }, text) => [
    text(trainPerplexity),
    text(validationPerplexity),
  ],
  need: ({ level, vocabularyLimit }) => ({ kind: 'text', level, vocabularyLimit }),
  content: ({ reading, splits, splitOrigin, vocabularySize }) => [
    reading,
    splits,
    splitOrigin,
    vocabularySize,
  ],
  splitSeed: () => 0,
  epochSteps: textSteps,
  requireTrainable: () => undefined,
};

function textSteps({ batchSize, steps }: TextRecipe, { splits }: TextDatasetDescription): EpochSteps {
  const { train, valid } = splits;
  const rows = Math.max(1, Math.min(batchSize, train.tokens));
  const windows = (tokens: number): number => Math.ceil(Math.ceil(tokens / rows) / steps);
  return { training: windows(train.tokens), evaluation: windows(valid.tokens), examples: rows * steps };
}

import { z } from 'zod';
import { textDatasetDescriptionSchema, type TextDatasetDescription } from './text-description';
import { counted } from '../../counted';
import { bytes, percent } from '../../format';
import { type DataKind, type DescriptionText, type EpochSteps, fewDigits, type Metric } from '../data-kind';
import { textRecipeSchema, type TextRecipe } from './text-recipe';

/**
 * What a child on text measured over one epoch. A perplexity is e to the mean loss in nats; past what a number holds it is null,
 * as is that of a child that diverged.
 */
export const languageEpochRecordSchema = z.strictObject({
  kind: z.literal('text'),
  /** From 0. */
  epoch: z.int().min(0),
  trainPerplexity: z.number().positive().nullable(),
  validationPerplexity: z.number().positive().nullable(),
  learningRate: z.number(),
  /** Of wall time. */
  seconds: z.number().min(0),
});
export type LanguageEpochRecord = z.infer<typeof languageEpochRecordSchema>;

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
  describe: describeText,
  recipeSchema: textRecipeSchema,
  epochSchema: languageEpochRecordSchema,
  needSchema: textNeedSchema,
  testSchema: textTestSchema,
  sharedOptions: ['kind', 'level', 'vocabularyLimit'],
  // A limit of the vocabulary holds for its level of text.
  alone: ({ level }, given) => ({
    timeLimit: null,
    ...(given['level'] !== undefined && given['level'] !== level && { vocabularyLimit: 'auto' }),
  }),
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
  draws: ({ dropout }) => (dropout.kind === 'variational' ? dropout.samples : 0),
  epochSteps: textSteps,
  requireTrainable: () => undefined,
};

function textSteps({ batchSize, steps }: TextRecipe, { splits }: TextDatasetDescription): EpochSteps {
  const { train, valid } = splits;
  const rows = Math.max(1, Math.min(batchSize, train.tokens));
  const windows = (tokens: number): number => Math.ceil(Math.ceil(tokens / rows) / steps);
  return { training: windows(train.tokens), evaluation: windows(valid.tokens), examples: rows * steps };
}

function describeText(description: TextDatasetDescription): DescriptionText {
  const { form, container, location, files, reading, splits, splitOrigin, longestLine } = description;
  const { level, vocabularyLimit, lowerCase, words } = reading;
  const read = [`${level} level`];
  if (level === 'word') read.push(words === 'spaces' ? 'split at white space' : 'split at punctuation');
  if (lowerCase) read.push('in lower case');
  const limit = vocabularyLimit === null ? '' : `, at most ${vocabularyLimit}`;
  const drawn =
    splitOrigin.kind === 'given' ? 'as given' : `two blocks drawn from the text (seed ${splitOrigin.seed})`;
  const longest = `${counted(longestLine.tokens, 'token')} (${longestLine.split}, line ${longestLine.line})`;
  const parts = [
    ['training', splits.train],
    ['validation', splits.valid],
    ['test', splits.test],
  ] as const;
  return {
    facts: [
      ['Data set', location],
      ['Form', `${form}, ${container}`],
      ['Files', `${files}, ${bytes(description.bytes)}`],
      ['Read', read.join(', ')],
      [
        'Vocabulary',
        `${description.vocabularySize} of ${description.distinctTokens} different tokens${limit}`,
      ],
      ['Splits', drawn],
      ['Longest line', longest],
      ['Most frequent', description.mostFrequent.map(({ token }) => visible(token)).join(' ')],
      ['Fingerprint', description.fingerprint],
    ],
    table: [
      ['split', 'tokens', 'lines', 'not in vocabulary'],
      ...parts.map(([name, split]) => [
        name,
        String(split.tokens),
        String(split.lines),
        percent(split.outOfVocabularyRate),
      ]),
    ],
    lines: description.firstLines,
    notes: description.warnings.map(({ message }) => ['Note', message] as const),
  };
}

/** Quotes invisible tokens. */
function visible(token: string): string {
  return /^[\s\p{C}]*$/u.test(token) ? JSON.stringify(token) : token;
}

/** e to the mean loss in nats; null where that is no finite number. */
export function perplexityOf(loss: number): number | null {
  const perplexity = Math.exp(loss);
  return Number.isFinite(perplexity) ? perplexity : null;
}

/** Bits per character, or per whatever a token is, of a loss in nats. */
export function bitsOf(loss: number): number {
  return loss / Math.LN2;
}

/** The lowest validation perplexity of a child's epochs; null when it has none. */
export function bestPerplexity(epochs: readonly LanguageEpochRecord[]): number | null {
  const known = epochs.flatMap(({ validationPerplexity }) => validationPerplexity ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

/**
 * The reward of a child on text: c / (validation perplexity)², of its best epoch (paper section 4.2). 0 for a child that
 * diverged or has no epoch, never NaN.
 */
export function languageReward(epochs: readonly LanguageEpochRecord[], rewardConstant: number): number {
  const perplexity = bestPerplexity(epochs);
  return perplexity === null ? 0 : rewardConstant / perplexity ** 2;
}

import { z } from 'zod';
import { largestBatchSize, largestReward, mostEpochs } from '../../run/trial';
import { textLevelSchema, vocabularyLimitSchema } from '../../dataset/text-options';

const count = z.int().min(1);
const rate = z.number().min(0).max(0.95);

/** What is dropped while a language model trains; every rate is the share that becomes 0. */
const languageDropoutSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** On the connections that are not recurrent, drawn anew for every step (Zaremba et al., 2014). */
  z.strictObject({ kind: z.literal('standard'), rate }),
  /** One draw for all steps of a window (Gal & Ghahramani, 2016). */
  z.strictObject({
    kind: z.literal('variational'),
    /** Whole words, each everywhere in the window of its row. */
    words: rate,
    /** Before every layer. */
    between: rate,
    recurrent: rate,
    /** Before the softmax. */
    output: rate,
    /** Draws whose probabilities are averaged when the trained model is measured at last ("MC"); 0 for none. Epochs are measured without dropout. */
    samples: z.int().min(0).max(10_000),
  }),
]);
export type LanguageDropout = z.infer<typeof languageDropoutSchema>;

const languageDecaySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Constant for so many epochs, then divided by `divisor` before each further one (Zaremba et al., 2014). */
  z.strictObject({
    kind: z.literal('after'),
    constantEpochs: count,
    divisor: z.number().min(1).max(100),
  }),
]);

/** How a child on text is trained and rewarded (paper section 4.2). */
export const textRecipeSchema = z.strictObject({
  kind: z.literal('text'),
  level: textLevelSchema,
  /** Entries of the vocabulary at most; null for no limit; 'auto' as suits the form of the text (docs/datasets.md). */
  vocabularyLimit: z.union([z.literal('auto'), vocabularyLimitSchema.nullable()]),
  layers: count.max(16),
  /** Units a layer, or the number of parameters that they are to come closest to. */
  size: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('parameters'), parameters: count }),
    z.strictObject({ kind: z.literal('hidden'), hidden: count.max(16_384) }),
  ]),
  sharedEmbeddings: z.boolean(),
  epochs: count.max(mostEpochs),
  /** Rows of text that are read side by side. */
  batchSize: count.max(largestBatchSize),
  /** Steps through which gradients flow back. */
  steps: count.max(1024),
  /** Gradients are scaled down together to this norm; null leaves them as they are. */
  clipNorm: z.number().positive().nullable(),
  learningRate: z.number().positive().max(10),
  decay: languageDecaySchema,
  dropout: languageDropoutSchema,
  /** Weights start uniform in [-initialRange, initialRange]; biases at 0. */
  initialRange: z.number().positive().max(1),
  /** Where the bias of an LSTM's forget gate starts. */
  forgetBias: z.number().min(-10).max(10),
  /** c of the reward c / perplexity². */
  // A perplexity is at least 1, so that no reward is larger than this.
  rewardConstant: z.number().positive().max(largestReward),
  /** A child that takes longer is ended and recorded as failed; null for no limit. Seconds. */
  timeLimit: z.number().positive().nullable(),
});
export type TextRecipe = z.infer<typeof textRecipeSchema>;

/** The learning rate of an epoch, counted from 0. */
export function languageRateAt(
  { learningRate, decay }: Pick<TextRecipe, 'learningRate' | 'decay'>,
  epoch: number,
): number {
  if (decay.kind === 'constant') return learningRate;
  return learningRate / decay.divisor ** Math.max(0, epoch + 1 - decay.constantEpochs);
}

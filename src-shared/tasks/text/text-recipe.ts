import { z } from 'zod';
import { option } from '../../option';
import { largestBatchSize, largestReward, mostEpochs } from '../../limits';
import { textLevelSchema, vocabularyLimitSchema } from './text-description';

const count = z.int().min(1);
const rate = z.number().min(0).max(0.95);

/** What is dropped while a language model trains; every rate is the share that becomes 0. */
const languageDropoutSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** On the connections that are not recurrent, resampled at every step (Zaremba et al., 2014). */
  z.strictObject({
    kind: z.literal('standard'),
    rate: option(rate, {
      label: 'Dropout probability',
      help: 'Dropout probability on the non-recurrent connections.',
      paper: { 'ptb-base8': 0.5 },
      initial: () => 0.5,
    }),
  }),
  /** One draw for all steps of a window (Gal & Ghahramani, 2016). */
  z.strictObject({
    kind: z.literal('variational'),
    words: option(rate, {
      label: 'Word dropout',
      help: 'Dropout probability of whole words, each dropped everywhere in the window of its row.',
      initial: () => 0.2,
    }),
    between: option(rate, {
      label: 'Input dropout',
      help: 'Dropout probability on layer inputs.',
      initial: () => 0.3,
    }),
    recurrent: option(rate, {
      label: 'Recurrent dropout',
      help: 'Dropout probability on the hidden state.',
      initial: () => 0.2,
    }),
    output: option(rate, {
      label: 'Output dropout',
      help: 'Dropout probability on the input of the softmax.',
      initial: () => 0.3,
    }),
    samples: option(z.int().min(0).max(10_000), {
      label: 'Monte Carlo samples',
      help: 'Dropout samples whose probabilities are averaged when the trained model is evaluated on the test split; 0 for none.',
      initial: () => 0,
      advanced: true,
    }),
  }),
]);
export type LanguageDropout = z.infer<typeof languageDropoutSchema>;

const languageDecaySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Constant for `constantEpochs` epochs, then divided by `divisor` before each further one (Zaremba et al., 2014). */
  z.strictObject({
    kind: z.literal('after'),
    constantEpochs: option(count, {
      label: 'Epochs at full rate',
      help: 'Epochs before the learning rate falls.',
      initial: () => 6,
    }),
    divisor: option(z.number().min(1).max(100), {
      label: 'Decay divisor',
      help: 'What the learning rate is divided by before each further epoch.',
      initial: () => 1.2,
    }),
  }),
]);

/** How a child on text is trained and rewarded (paper section 4.2). */
export const textRecipeSchema = z.strictObject({
  kind: z.literal('text'),
  level: option(textLevelSchema, {
    label: 'Token level',
    help: 'Whether tokens are words or characters.',
    paper: { 'ptb-base8': 'word' },
  }),
  vocabularyLimit: option(z.union([z.literal('auto'), vocabularyLimitSchema.nullable()]), {
    label: 'Maximum vocabulary size',
    help: 'Rarer tokens become <unk>. auto depends on the form of the text (10,000 words for plain text); null for no limit.',
  }),
  layers: option(count.max(16), {
    label: 'Layers',
    help: 'Recurrent layers of the language model, all with the same cell.',
    paper: { 'ptb-base8': 2 },
  }),
  size: option(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('parameters'),
        parameters: option(count, {
          label: 'Parameters',
          help: 'Target number of trainable parameters.',
          paper: { 'ptb-base8': 20_000_000 },
          initial: () => 20_000_000,
        }),
      }),
      z.strictObject({
        kind: z.literal('hidden'),
        hidden: option(count.max(16_384), {
          label: 'Units',
          help: 'Units per layer, and dimension of the embedding.',
          initial: () => 650,
        }),
      }),
    ]),
    {
      label: 'Model size',
      help: 'parameters: the layer width is chosen to come closest to a number of parameters. hidden: the layer width is given.',
      paper: { 'ptb-base8': 'parameters' },
    },
  ),
  sharedEmbeddings: option(z.boolean(), {
    label: 'Shared embeddings',
    help: 'Whether the softmax shares its weights with the embedding.',
    paper: { 'ptb-base8': false },
  }),
  epochs: option(count.max(mostEpochs), {
    label: 'Epochs',
    help: 'Passes over the training data.',
    paper: { 'ptb-base8': 35 },
  }),
  batchSize: option(count.max(largestBatchSize), {
    label: 'Batch size',
    help: 'Rows of text per training step.',
  }),
  steps: option(count.max(1024), {
    label: 'BPTT steps',
    help: 'Time steps through which gradients are backpropagated.',
    paper: { 'ptb-base8': 35 },
  }),
  clipNorm: option(z.number().positive().nullable(), {
    label: 'Gradient-norm clip',
    help: 'Gradients with a larger norm are scaled down to it; null is off.',
    paper: { 'ptb-base8': 5 },
  }),
  learningRate: option(z.number().positive().max(10), {
    label: 'Learning rate',
    help: 'Learning rate at the start of training.',
    paper: { 'ptb-base8': 1 },
  }),
  decay: option(languageDecaySchema, {
    label: 'Learning-rate schedule',
    help: 'Language models: constant keeps the learning rate; after divides it before each epoch after the first ones.',
  }),
  dropout: option(languageDropoutSchema, {
    label: 'Dropout',
    help: 'none; standard: on non-recurrent connections, sampled at each step; variational: on all connections, one mask for all steps.',
    paper: { 'ptb-base8': 'standard' },
  }),
  initialRange: option(z.number().positive().max(1), {
    label: 'Initial range',
    help: 'Weights start uniform between minus this value and this value.',
    advanced: true,
  }),
  forgetBias: option(z.number().min(-10).max(10), {
    label: 'Forget bias',
    help: "Initial bias of an LSTM's forget gate.",
    advanced: true,
  }),
  /** c of the reward c / perplexity². */
  // A perplexity is at least 1, so that no reward is larger than this.
  rewardConstant: option(z.number().positive().max(largestReward), {
    label: 'Reward constant',
    help: 'c of the reward c / perplexity².',
    paper: { 'ptb-base8': 80 },
  }),
  timeLimit: option(z.number().positive().nullable(), {
    label: 'Time limit',
    help: 'Training time after which a network is ended, with reward 0; null for no limit.',
    unit: 's',
  }),
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

import type { LanguageCell } from '../architecture/cell/language-model';
import { nasCell } from '../architecture/cell/recurrent-cell';
import { cellPresets } from '../config/cell-presets';
import type { LanguageDropout, TextRecipe } from '../tasks/text/text-recipe';

/** A language model that others have published, with the recipe by which it was trained. */
export interface ReadyModel {
  readonly title: string;
  readonly cell: LanguageCell;
  readonly recipe: TextRecipe;
  /** Where the recipe comes from, and what of it is not as published. */
  readonly note: string;
  /** Published perplexity on the test split of Penn Treebank; null where none is. */
  readonly published: number | null;
}

/** The search's recipe is that of Zaremba's medium LSTM but for the number of epochs. */
const medium: TextRecipe = {
  ...cellPresets['ptb-base8'].config.recipe,
  size: { kind: 'hidden', hidden: 650 },
  epochs: 39,
};
const large: TextRecipe = {
  ...medium,
  size: { kind: 'hidden', hidden: 1500 },
  epochs: 55,
  clipNorm: 10,
  decay: { kind: 'after', constantEpochs: 14, divisor: 1.15 },
  dropout: { kind: 'standard', rate: 0.65 },
  initialRange: 0.04,
};

/** @param samples of Monte Carlo; 0 for none */
function variational(samples: number): LanguageDropout {
  return { kind: 'variational', words: 0.3, between: 0.5, recurrent: 0.3, output: 0.5, samples };
}
const variationalMedium: TextRecipe = { ...medium, dropout: variational(0) };
const variationalLarge: TextRecipe = {
  ...large,
  decay: { kind: 'after', constantEpochs: 10, divisor: 1.15 },
  dropout: variational(0),
};

const zaremba = 'Zaremba et al., 2014.';
const gal =
  'Gal & Ghahramani, 2016, with one mask for all gates (their "tied"; the published figure has one mask per gate) ' +
  'and without their weight decay of 1e-7.';
const galMedium = `${gal} The rates of dropout are those of the large model.`;
const averaged = 'Evaluated with 100 dropout samples, averaging their probabilities.';
const nas =
  'Zoph & Le, 2017. Their recipe is not published; this is the recipe of the medium LSTM of Zaremba et al., 2014.';

/** The recipe of a NASCell. @param parameters of the whole model */
function nasRecipe(parameters: number, sharedEmbeddings: boolean): TextRecipe {
  return { ...medium, size: { kind: 'parameters', parameters }, sharedEmbeddings };
}

const lstm = { kind: 'lstm' } as const;

/** Ready models, by the name that `cellsmith train --cell` takes. */
export const readyModels = {
  'lstm-medium': { title: 'LSTM (medium)', cell: lstm, recipe: medium, note: zaremba, published: 82.7 },
  'lstm-large': { title: 'LSTM (large)', cell: lstm, recipe: large, note: zaremba, published: 78.4 },
  'variational-lstm-medium': {
    title: 'Variational LSTM (medium)',
    cell: lstm,
    recipe: variationalMedium,
    note: galMedium,
    published: 79.7,
  },
  'variational-lstm-medium-mc': {
    title: 'Variational LSTM (medium, MC)',
    cell: lstm,
    recipe: { ...variationalMedium, dropout: variational(100) },
    note: `${galMedium} ${averaged}`,
    published: 78.6,
  },
  'variational-lstm-large': {
    title: 'Variational LSTM (large)',
    cell: lstm,
    recipe: variationalLarge,
    note: gal,
    published: 75.2,
  },
  'variational-lstm-large-mc': {
    title: 'Variational LSTM (large, MC)',
    cell: lstm,
    recipe: { ...variationalLarge, dropout: variational(100) },
    note: `${gal} ${averaged}`,
    published: 73.4,
  },
  'variational-lstm-large-shared': {
    title: 'Variational LSTM (large), shared embeddings',
    cell: lstm,
    recipe: { ...variationalLarge, sharedEmbeddings: true },
    note: 'Press & Wolf, 2016, trained as the large model of Gal & Ghahramani, with one mask for all gates.',
    published: 73.2,
  },
  rnn: {
    title: 'RNN',
    cell: { kind: 'rnn' },
    recipe: {
      ...medium,
      layers: 1,
      size: { kind: 'parameters', parameters: 6_000_000 },
      learningRate: 0.1,
      dropout: { kind: 'none' },
    },
    note:
      'Of the size of Mikolov & Zweig, 2012, with tanh in place of the logistic function. The recipe is ours: theirs, with a rate ' +
      'that halves as the validation loss asks for, is another.',
    published: 124.7,
  },
  nascell: {
    title: 'NASCell',
    cell: nasCell,
    recipe: nasRecipe(32_000_000, false),
    note: nas,
    published: 67.9,
  },
  'nascell-shared': {
    title: 'NASCell, shared embeddings',
    cell: nasCell,
    recipe: nasRecipe(25_000_000, true),
    note: nas,
    published: 64,
  },
  'nascell-shared-large': {
    title: 'NASCell (large), shared embeddings',
    cell: nasCell,
    recipe: nasRecipe(54_000_000, true),
    note: nas,
    published: 62.4,
  },
} as const satisfies Record<string, ReadyModel>;

export type ReadyModelName = keyof typeof readyModels;
export const readyModelNames = Object.keys(readyModels) as readonly ReadyModelName[];

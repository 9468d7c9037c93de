import type { RecurrentCell } from './recurrent-cell';

/**
 * Cells that are always there, beside those of the search space: Zaremba's LSTM (input, forget and output gates, no peepholes)
 * and the plain recurrent network of one tanh.
 */
export const readyCells = ['lstm', 'rnn'] as const;
export type ReadyCell = (typeof readyCells)[number];

/** What a language model repeats over time. */
export type LanguageCell = RecurrentCell | { readonly kind: ReadyCell };

/** A language model (paper section 4.2): embedding, recurrent layers of one kind of cell, softmax over the vocabulary. */
export interface LanguageArchitecture {
  readonly cell: LanguageCell;
  readonly layers: number;
  /** Units of every layer and of the embedding. */
  readonly hidden: number;
  /** Number of words, or of characters. */
  readonly vocabulary: number;
  /** Whether the softmax takes the embedding as its weights (Press & Wolf, 2016; Inan et al., 2016). */
  readonly sharedEmbeddings: boolean;
}

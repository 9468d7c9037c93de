import { z } from 'zod';
import { recurrentCellSchema } from './recurrent-cell';

/**
 * Cells outside the search space: Zaremba's LSTM (input, forget and output gates, no peepholes)
 * and the plain recurrent network of one tanh.
 */
const readyCells = ['lstm', 'rnn'] as const;

/** What a language model repeats over time. */
export const languageCellSchema = z.discriminatedUnion('kind', [
  recurrentCellSchema,
  z.strictObject({ kind: z.enum(readyCells) }),
]);
export type LanguageCell = Readonly<z.infer<typeof languageCellSchema>>;

/** The most of each that a language model can have. */
export const languageLimits = { layers: 1024, hidden: 1_000_000, vocabulary: 100_000_000 } as const;

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

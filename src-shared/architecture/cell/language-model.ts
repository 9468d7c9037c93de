import { z } from 'zod';
import { recurrentCellSchema } from './recurrent-cell';
import { CellsmithError } from '../../errors';

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

const readyCellBlocks = { lstm: 4, rnn: 1 } as const;

/** Products of [hidden] that a cell makes of its input, and as many of its hidden state; and whether it adds biases to them. */
function cellBlocks(cell: LanguageCell): { readonly blocks: number; readonly bias: boolean } {
  if ('base' in cell) return { blocks: cell.base, bias: false };
  return { blocks: readyCellBlocks[cell.kind], bias: true };
}

/**
 * The trained numbers of a language model, exactly: embedding, layers, softmax with its bias. The input and the hidden state of
 * a block share one bias, where PyTorch's layers carry two.
 */
export function countLanguageParameters(architecture: LanguageArchitecture): number {
  const { cell, layers, hidden, vocabulary, sharedEmbeddings } = architecture;
  const { blocks, bias } = cellBlocks(cell);
  const layer = blocks * (2 * hidden * hidden + (bias ? hidden : 0));
  return layers * layer + (sharedEmbeddings ? 1 : 2) * vocabulary * hidden + vocabulary;
}

/**
 * The number of units with which a language model comes closest to a number of parameters (paper section 4.2: that of the models
 * it is compared with).
 * @throws architecture.invalid when even one unit has more than twice as many
 */
export function hiddenForParameters(
  architecture: Omit<LanguageArchitecture, 'hidden'>,
  parameters: number,
): number {
  const count = (hidden: number): number => countLanguageParameters({ ...architecture, hidden });
  if (!(count(1) <= 2 * parameters))
    throw new CellsmithError(
      'architecture.invalid',
      `A language model over ${architecture.vocabulary} tokens cannot be as small as ${parameters} parameters.`,
    );
  // The count grows with the square of the units: found by doubling, then by halving.
  let above = 1;
  while (count(above) < parameters) above *= 2;
  let below = Math.floor(above / 2);
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (count(middle) < parameters) below = middle;
    else above = middle;
  }
  return below >= 1 && parameters - count(below) < count(above) - parameters ? below : above;
}

/** What a recipe says of the model around a cell. */
interface LanguageModelOptions {
  readonly layers: number;
  /** Units of each layer, or as many as come closest to a number of parameters. */
  readonly size:
    | { readonly kind: 'hidden'; readonly hidden: number }
    | { readonly kind: 'parameters'; readonly parameters: number };
  readonly sharedEmbeddings: boolean;
}

/** The language model that a recipe makes of a cell. @throws architecture.invalid when no size has so few parameters */
export function languageArchitecture(
  cell: LanguageCell,
  { layers, size, sharedEmbeddings }: LanguageModelOptions,
  vocabulary: number,
): LanguageArchitecture {
  const sizeless = { cell, layers, vocabulary, sharedEmbeddings };
  const hidden = size.kind === 'hidden' ? size.hidden : hiddenForParameters(sizeless, size.parameters);
  return { ...sizeless, hidden };
}

/** Multiply-adds of a language model for one token: the matrix products of its layers and of the softmax. */
export function languageMultiplyAdds({ cell, layers, hidden, vocabulary }: LanguageArchitecture): number {
  return layers * cellBlocks(cell).blocks * 2 * hidden * hidden + hidden * vocabulary;
}

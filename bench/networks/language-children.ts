import {
  type LanguageArchitecture,
  hiddenForParameters,
} from '../../src-shared/architecture/cell/language-model';
import { nasCell } from '../../src-shared/architecture/cell/recurrent-cell';

/** A language model that every contestant trains. */
export interface LanguageBenchChild {
  readonly kind: 'language';
  readonly name: LanguageChildName;
  readonly description: string;
  readonly architecture: LanguageArchitecture;
  /** Rows of text side by side. */
  readonly batch: number;
  /** Steps of a window, through which gradients flow back. */
  readonly unrolled: number;
  /** Timed steps of training of a contestant's turn: some seconds' worth. */
  readonly steps: number;
}

export const languageChildNames = ['nascell', 'lstm', 'tiny-cell', 'tiny-lstm'] as const;
export type LanguageChildName = (typeof languageChildNames)[number];

/** Penn Treebank's vocabulary, and the size at which the paper compares cells (section 4.2). */
const vocabulary = 10_000;
const parameters = 20_000_000;

/** The language models of the benchmark: always the same ones. */
export function languageChild(name: LanguageChildName): LanguageBenchChild {
  const common = { kind: 'language', name, batch: 20, unrolled: 35, steps: 5 } as const;
  const published = { cell: nasCell, layers: 2, vocabulary, sharedEmbeddings: false };
  switch (name) {
    case 'nascell':
      return {
        ...common,
        description: 'the cell that the search of the paper found, base 8, two layers, 20 million parameters',
        architecture: { ...published, hidden: hiddenForParameters(published, parameters) },
      };
    case 'lstm':
      return {
        ...common,
        description: 'the medium LSTM of Zaremba et al., two layers of 650 units, 20 million parameters',
        architecture: { ...published, cell: { kind: 'lstm' }, hidden: 650 },
      };
    case 'tiny-cell':
      return {
        ...common,
        description: 'the same cell at a size for checks',
        architecture: { ...published, hidden: 11, vocabulary: 50 },
        batch: 3,
        unrolled: 6,
      };
    case 'tiny-lstm':
      return {
        ...common,
        description: 'the same LSTM at a size for checks',
        architecture: { ...published, cell: { kind: 'lstm' }, hidden: 13, vocabulary: 50 },
        batch: 3,
        unrolled: 6,
      };
  }
}

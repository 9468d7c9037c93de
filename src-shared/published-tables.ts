/** A row of one of the paper's tables of results. */
interface PublishedRow {
  readonly model: string;
  /** Who published it; null for the paper's own rows. */
  readonly source: string | null;
  /** Layers; null where the paper gives none. */
  readonly depth: number | null;
  /** Null where the paper gives none. */
  readonly parameters: number | null;
  /** The paper marks the number of parameters as an estimate. */
  readonly parametersEstimated: boolean;
  /** Error rate in percent, or perplexity, on the test set; lower is better. */
  readonly figure: number;
}

/** A table of results, in the order of the paper. */
export interface PublishedTable {
  readonly number: 1 | 2;
  readonly data: string;
  /** With the unit. */
  readonly measure: string;
  /** Digits behind the point in the paper. */
  readonly decimals: number;
  readonly rows: readonly PublishedRow[];
}

/** A result of the user in a table of the paper. */
export interface OwnRow {
  readonly figure: number;
}

/** A row of the table with the user's own: one of the paper or an own one, and its place by figure. */
export interface PlacedRow<Own extends OwnRow> {
  /** From 1, the best first; equal figures share a place. */
  readonly place: number;
  readonly row:
    { readonly kind: 'published'; readonly row: PublishedRow } | { readonly kind: 'own'; readonly row: Own };
}

/**
 * Own results among those of the paper. Sorted by figure, best first; ties go to the published one;
 * in the order of the paper own ones follow at the end.
 */
export function placeOwnRows<Own extends OwnRow>(
  { rows }: Pick<PublishedTable, 'rows'>,
  own: readonly Own[],
  order: 'figure' | 'paper',
): PlacedRow<Own>[] {
  const all: PlacedRow<Own>['row'][] = [
    ...rows.map((row) => ({ kind: 'published' as const, row })),
    ...own.toSorted((a, b) => a.figure - b.figure).map((row) => ({ kind: 'own' as const, row })),
  ];
  const figures = all.map(({ row }) => row.figure);
  const placed = all.map((row) => ({
    place: 1 + figures.filter((figure) => figure < row.row.figure).length,
    row,
  }));
  return order === 'paper' ? placed : placed.sort((a, b) => a.place - b.place);
}

/** @param parameters in millions */
function errorRate(
  model: string,
  source: string | null,
  depth: number | null,
  parameters: number | null,
  figure: number,
): PublishedRow {
  return {
    model,
    source,
    depth,
    parameters: parameters === null ? null : Math.round(parameters * 1e6),
    parametersEstimated: false,
    figure,
  };
}

/** Table 1 of the paper: error rates on the test set of CIFAR-10. */
export const table1: PublishedTable = {
  number: 1,
  data: 'CIFAR-10',
  measure: 'Error rate, %',
  decimals: 2,
  rows: [
    errorRate('Network in Network', 'Lin et al., 2013', null, null, 8.81),
    errorRate('All-CNN', 'Springenberg et al., 2014', null, null, 7.25),
    errorRate('Deeply Supervised Net', 'Lee et al., 2015', null, null, 7.97),
    errorRate('Highway Network', 'Srivastava et al., 2015', null, null, 7.72),
    errorRate('Scalable Bayesian Optimization', 'Snoek et al., 2015', null, null, 6.37),
    errorRate('FractalNet', 'Larsson et al., 2016', 21, 38.6, 5.22),
    errorRate('FractalNet with dropout and drop-path', 'Larsson et al., 2016', 21, 38.6, 4.6),
    errorRate('ResNet', 'He et al., 2016a', 110, 1.7, 6.61),
    errorRate('ResNet, reported by Huang et al.', 'Huang et al., 2016c', 110, 1.7, 6.41),
    errorRate('ResNet with stochastic depth', 'Huang et al., 2016c', 110, 1.7, 5.23),
    errorRate('ResNet with stochastic depth', 'Huang et al., 2016c', 1202, 10.2, 4.91),
    errorRate('Wide ResNet', 'Zagoruyko & Komodakis, 2016', 16, 11, 4.81),
    errorRate('Wide ResNet', 'Zagoruyko & Komodakis, 2016', 28, 36.5, 4.17),
    errorRate('ResNet (pre-activation)', 'He et al., 2016b', 164, 1.7, 5.46),
    errorRate('ResNet (pre-activation)', 'He et al., 2016b', 1001, 10.2, 4.62),
    errorRate('DenseNet (L = 40, k = 12)', 'Huang et al., 2016a', 40, 1, 5.24),
    errorRate('DenseNet (L = 100, k = 12)', 'Huang et al., 2016a', 100, 7, 4.1),
    errorRate('DenseNet (L = 100, k = 24)', 'Huang et al., 2016a', 100, 27.2, 3.74),
    // The paper names this L = 100; its depth is that of L = 190.
    errorRate('DenseNet-BC (L = 100, k = 40)', 'Huang et al., 2016b', 190, 25.6, 3.46),
    errorRate('Neural Architecture Search v1, no stride or pooling', null, 15, 4.2, 5.5),
    errorRate('Neural Architecture Search v2, predicting strides', null, 20, 2.5, 6.01),
    errorRate('Neural Architecture Search v3, max pooling', null, 39, 7.1, 4.47),
    errorRate('Neural Architecture Search v3, max pooling and more filters', null, 39, 37.4, 3.65),
  ],
};

/** @param parameters in millions; '2 estimated' where the paper marks them so */
function perplexity(
  model: string,
  source: string | null,
  parameters: number | `${number} estimated`,
  figure: number,
): PublishedRow {
  return {
    model,
    source,
    depth: null,
    parameters: Math.round(Number.parseFloat(String(parameters)) * 1e6),
    parametersEstimated: typeof parameters === 'string',
    figure,
  };
}

/** Table 2 of the paper: perplexities of single models on the test set of Penn Treebank, word by word. */
export const table2: PublishedTable = {
  number: 2,
  data: 'Penn Treebank',
  measure: 'Perplexity',
  decimals: 1,
  rows: [
    perplexity('KN-5', 'Mikolov & Zweig, 2012', '2 estimated', 141.2),
    perplexity('KN-5 + cache', 'Mikolov & Zweig, 2012', '2 estimated', 125.7),
    perplexity('RNN', 'Mikolov & Zweig, 2012', '6 estimated', 124.7),
    perplexity('RNN-LDA', 'Mikolov & Zweig, 2012', '7 estimated', 113.7),
    perplexity('RNN-LDA + KN-5 + cache', 'Mikolov & Zweig, 2012', '9 estimated', 92),
    perplexity('Deep RNN', 'Pascanu et al., 2013', 6, 107.5),
    perplexity('Sum-Product Net', 'Cheng et al., 2014', '5 estimated', 100),
    perplexity('LSTM (medium)', 'Zaremba et al., 2014', 20, 82.7),
    perplexity('LSTM (large)', 'Zaremba et al., 2014', 66, 78.4),
    perplexity('Variational LSTM (medium, untied)', 'Gal, 2015', 20, 79.7),
    perplexity('Variational LSTM (medium, untied, MC)', 'Gal, 2015', 20, 78.6),
    perplexity('Variational LSTM (large, untied)', 'Gal, 2015', 66, 75.2),
    perplexity('Variational LSTM (large, untied, MC)', 'Gal, 2015', 66, 73.4),
    perplexity('CharCNN', 'Kim et al., 2015', 19, 78.9),
    perplexity('Variational LSTM, shared embeddings', 'Press & Wolf, 2016', 51, 73.2),
    perplexity('Zoneout + Variational LSTM (medium)', 'Merity et al., 2016', 20, 80.6),
    perplexity('Pointer Sentinel-LSTM (medium)', 'Merity et al., 2016', 21, 70.9),
    perplexity('VD-LSTM + REAL (large)', 'Inan et al., 2016', 51, 68.5),
    perplexity('Variational RHN, shared embeddings', 'Zilly et al., 2016', 24, 66),
    perplexity('Neural Architecture Search with base 8', null, 32, 67.9),
    perplexity('Neural Architecture Search with base 8 and shared embeddings', null, 25, 64),
    perplexity('Neural Architecture Search with base 8 and shared embeddings', null, 54, 62.4),
  ],
};

import type { PublishedRow, PublishedTable } from './published-table';

/** @param parameters in millions; '2 estimated' where the paper marks them so */
function row(
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
    row('KN-5', 'Mikolov & Zweig, 2012', '2 estimated', 141.2),
    row('KN-5 + cache', 'Mikolov & Zweig, 2012', '2 estimated', 125.7),
    row('RNN', 'Mikolov & Zweig, 2012', '6 estimated', 124.7),
    row('RNN-LDA', 'Mikolov & Zweig, 2012', '7 estimated', 113.7),
    row('RNN-LDA + KN-5 + cache', 'Mikolov & Zweig, 2012', '9 estimated', 92),
    row('Deep RNN', 'Pascanu et al., 2013', 6, 107.5),
    row('Sum-Product Net', 'Cheng et al., 2014', '5 estimated', 100),
    row('LSTM (medium)', 'Zaremba et al., 2014', 20, 82.7),
    row('LSTM (large)', 'Zaremba et al., 2014', 66, 78.4),
    row('Variational LSTM (medium, untied)', 'Gal, 2015', 20, 79.7),
    row('Variational LSTM (medium, untied, MC)', 'Gal, 2015', 20, 78.6),
    row('Variational LSTM (large, untied)', 'Gal, 2015', 66, 75.2),
    row('Variational LSTM (large, untied, MC)', 'Gal, 2015', 66, 73.4),
    row('CharCNN', 'Kim et al., 2015', 19, 78.9),
    row('Variational LSTM, shared embeddings', 'Press & Wolf, 2016', 51, 73.2),
    row('Zoneout + Variational LSTM (medium)', 'Merity et al., 2016', 20, 80.6),
    row('Pointer Sentinel-LSTM (medium)', 'Merity et al., 2016', 21, 70.9),
    row('VD-LSTM + REAL (large)', 'Inan et al., 2016', 51, 68.5),
    row('Variational RHN, shared embeddings', 'Zilly et al., 2016', 24, 66),
    row('Neural Architecture Search with base 8', null, 32, 67.9),
    row('Neural Architecture Search with base 8 and shared embeddings', null, 25, 64),
    row('Neural Architecture Search with base 8 and shared embeddings', null, 54, 62.4),
  ],
};

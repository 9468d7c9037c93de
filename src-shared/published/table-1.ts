import type { PublishedRow, PublishedTable } from './published-table';

/** @param parameters in millions */
function row(
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
    row('Network in Network', 'Lin et al., 2013', null, null, 8.81),
    row('All-CNN', 'Springenberg et al., 2014', null, null, 7.25),
    row('Deeply Supervised Net', 'Lee et al., 2015', null, null, 7.97),
    row('Highway Network', 'Srivastava et al., 2015', null, null, 7.72),
    row('Scalable Bayesian Optimization', 'Snoek et al., 2015', null, null, 6.37),
    row('FractalNet', 'Larsson et al., 2016', 21, 38.6, 5.22),
    row('FractalNet with dropout and drop-path', 'Larsson et al., 2016', 21, 38.6, 4.6),
    row('ResNet', 'He et al., 2016a', 110, 1.7, 6.61),
    row('ResNet, reported by Huang et al.', 'Huang et al., 2016c', 110, 1.7, 6.41),
    row('ResNet with stochastic depth', 'Huang et al., 2016c', 110, 1.7, 5.23),
    row('ResNet with stochastic depth', 'Huang et al., 2016c', 1202, 10.2, 4.91),
    row('Wide ResNet', 'Zagoruyko & Komodakis, 2016', 16, 11, 4.81),
    row('Wide ResNet', 'Zagoruyko & Komodakis, 2016', 28, 36.5, 4.17),
    row('ResNet (pre-activation)', 'He et al., 2016b', 164, 1.7, 5.46),
    row('ResNet (pre-activation)', 'He et al., 2016b', 1001, 10.2, 4.62),
    row('DenseNet (L = 40, k = 12)', 'Huang et al., 2016a', 40, 1, 5.24),
    row('DenseNet (L = 100, k = 12)', 'Huang et al., 2016a', 100, 7, 4.1),
    row('DenseNet (L = 100, k = 24)', 'Huang et al., 2016a', 100, 27.2, 3.74),
    // The paper names this L = 100; its depth is that of L = 190.
    row('DenseNet-BC (L = 100, k = 40)', 'Huang et al., 2016b', 190, 25.6, 3.46),
    row('Neural Architecture Search v1, no stride or pooling', null, 15, 4.2, 5.5),
    row('Neural Architecture Search v2, predicting strides', null, 20, 2.5, 6.01),
    row('Neural Architecture Search v3, max pooling', null, 39, 7.1, 4.47),
    row('Neural Architecture Search v3, max pooling and more filters', null, 39, 37.4, 3.65),
  ],
};

import { expect, it } from 'vitest';
import { probabilityMaps } from './probability-maps';

it('groups decision points by kind, with the options of the space as columns', () => {
  const points = [
    { name: 'filterHeight', layer: 1, probabilities: [0.25, 0.75] },
    { name: 'filterHeight', layer: 2, probabilities: [0.5, 0.5] },
    { name: 'anchorPoint', layer: 2, probabilities: [0.3] },
    { name: 'anchorPoint', layer: 3, probabilities: [0.1, 0.9] },
    { name: 'learningRate', layer: 0, probabilities: [1, 0] },
  ];
  const vocabulary = { filterHeight: [3, 5], learningRate: [0.1, 0.01] };
  expect(probabilityMaps(points, vocabulary, 'Layer')).toEqual([
    {
      name: 'filterHeight',
      title: 'Filter height',
      rowHead: 'Layer',
      columns: [3, 5],
      rows: [
        { place: 1, probabilities: [0.25, 0.75] },
        { place: 2, probabilities: [0.5, 0.5] },
      ],
    },
    {
      name: 'anchorPoint',
      title: 'Anchor point: link from layer',
      rowHead: 'Layer',
      columns: [1, 2],
      rows: [
        { place: 2, probabilities: [0.3, null] },
        { place: 3, probabilities: [0.1, 0.9] },
      ],
    },
    {
      name: 'learningRate',
      title: 'Learning rate',
      rowHead: null,
      columns: [0.1, 0.01],
      rows: [{ place: 0, probabilities: [1, 0] }],
    },
  ]);
});

import { describe, expect, it } from 'vitest';
import { diagnosticFigures, diagnosticLines, probabilityMaps } from './diagnostics';

const updateOf = (number: number, diagnostics: Readonly<Record<string, number>>) => ({
  number,
  replica: 0,
  trials: [number],
  meanReward: number / 10,
  diagnostics,
});
const shown = (
  strategy: 'reinforce' | 'random' | 'evolution',
  ...reported: Readonly<Record<string, number>>[]
) =>
  diagnosticFigures(
    strategy,
    reported.map((diagnostics, index) => updateOf(index + 1, diagnostics)),
  ).map(({ y, series }) => [
    y.label,
    ...series.map(({ label, points }) => `${label} ${points.map((point) => point.y).join(' ')}`),
  ]);

describe('the charts of a strategy', () => {
  it('are those of the numbers that it reports, in the order of its description', () => {
    const reinforce = {
      gradientNorm: 2,
      staleness: 1,
      sampledVersion: 4,
      entropy: 1.5,
      'entropy.filterHeight': 1.25,
    };
    expect(shown('reinforce', reinforce, { ...reinforce, baseline: 0.25 })).toEqual([
      ['Reward', 'Mean reward of the batch 0.1 0.2', 'Baseline 0.25'],
      ['Entropy, nats', 'Filter height 1.25 1.25', 'All decisions 1.5 1.5'],
      ['Gradient norm', 'Gradient norm 2 2'],
      ['Staleness, updates', 'Staleness 1 1'],
    ]);
    expect(shown('random', { entropy: 1.5 })).toEqual([
      ['Reward', 'Mean reward of the batch 0.1'],
      ['Entropy, nats', 'All decisions 1.5'],
    ]);
  });

  it('skip series that are 0 throughout, and label an unknown number by its key', () => {
    expect(shown('evolution', { staleness: 0, ownNumber: 3 }).slice(1)).toEqual([
      ['Own number', 'Own number 3'],
    ]);
  });

  it('put a number that has no chart into a line', () => {
    expect(diagnosticLines('reinforce', updateOf(1, { sampledVersion: 4, staleness: 2 }))).toEqual([
      'Sampled by the parameters after 4 updates.',
    ]);
  });
});

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

import type { ControllerUpdate } from '../../../src-shared/run/run-event';
import type { Figure } from '../../charts/figure';
import type { Series } from '../../charts/series/series';
import { kindTitle } from './probability-maps';

const three = (value: number): string => value.toFixed(3);

/** How undecided the controller is in each kind of decision, over its updates. */
export function entropyFigure(updates: readonly ControllerUpdate[]): Figure {
  const kinds = [...new Set(updates.flatMap(({ entropies }) => Object.keys(entropies)))];
  const ofKinds = kinds.map((kind, index): Series => ({
    label: kindTitle(kind),
    kind: 'line',
    colour: ({ series, text }) => series[index % series.length] ?? text,
    ...(index >= 6 && { dashed: true }),
    points: updates.flatMap(({ number, entropies }) => {
      const y = entropies[kind];
      return y === undefined ? [] : [{ x: number, y }];
    }),
  }));
  const mean: Series = {
    label: 'All decisions',
    kind: 'line',
    colour: ({ soft }) => soft,
    points: updates.map(({ number, entropy }) => ({ x: number, y: entropy })),
  };
  return {
    title: 'Entropy of the decisions',
    x: { label: 'Update' },
    y: { label: 'Entropy, nats', tick: (value) => value.toFixed(2) },
    series: ofKinds.length === 0 ? [mean] : ofKinds,
  };
}

/** The mean reward of each batch and the baseline that was subtracted from its rewards. */
export function baselineFigure(updates: readonly ControllerUpdate[]): Figure {
  return {
    title: 'Reward and baseline of the updates',
    x: { label: 'Update' },
    y: { label: 'Reward', tick: three },
    series: [
      {
        label: 'Mean reward of the batch',
        kind: 'points',
        colour: ({ controller }) => controller,
        points: updates.map(({ number, meanReward }) => ({ x: number, y: meanReward })),
      },
      {
        label: 'Baseline',
        kind: 'line',
        colour: ({ best }) => best,
        points: updates.flatMap(({ number, baseline }) =>
          baseline === null ? [] : [{ x: number, y: baseline }],
        ),
      },
    ],
  };
}

export function gradientFigure(updates: readonly ControllerUpdate[]): Figure {
  return {
    title: 'Gradient norm of the updates',
    x: { label: 'Update' },
    y: { label: 'Gradient norm', tick: three },
    series: [
      {
        label: 'Gradient norm',
        kind: 'line',
        width: 1.5,
        colour: ({ controller }) => controller,
        points: updates.map(({ number, gradientNorm }) => ({ x: number, y: gradientNorm })),
      },
    ],
  };
}

import {
  diagnosticText,
  strategies,
  type StrategyId,
} from '../../../src-shared/config/strategies/strategies';
import type { ControllerUpdate } from '../../../src-shared/run/run-event';
import type { Figure } from '../../charts/figure';
import type { Series } from '../../charts/series/series';

/** The chart that every strategy has: with its mean reward it draws what the strategy compares it with. */
const rewardChart = 'Reward';

/** A chart for each title that the numbers of the updates have, that of the reward first, then in the order of the strategy. */
export function diagnosticFigures(strategy: StrategyId, updates: readonly ControllerUpdate[]): Figure[] {
  const charts = new Map<string, { unit: string | null; keys: string[] }>([
    [rewardChart, { unit: null, keys: [] }],
  ]);
  for (const key of orderedKeys(strategy, updates)) {
    const { chart, unit } = diagnosticText(strategy, key);
    if (chart === null || isZero(updates, key)) continue;
    charts.set(chart, { unit, keys: [...(charts.get(chart)?.keys ?? []), key] });
  }
  return [...charts].map(([title, { unit, keys }]): Figure => {
    const ofReward = title === rewardChart;
    const own = keys.map((key, index) => seriesOf(strategy, updates, key, index, ofReward));
    return {
      title: `${title} of the updates`,
      x: { label: 'Update' },
      y: {
        label: unit === null ? title : `${title}, ${unit}`,
        tick: (value) => value.toFixed(ofReward ? 3 : 2),
      },
      series: ofReward ? [meanReward(updates), ...own] : own,
    };
  });
}

/** Lines of text for the numbers of an update that no chart draws. */
export function diagnosticLines(strategy: StrategyId, { diagnostics }: ControllerUpdate): string[] {
  return Object.entries(diagnostics).flatMap(([key, value]) => {
    const { label, unit, chart } = diagnosticText(strategy, key);
    return chart === null ? [`${label} ${value}${unit === null ? '' : ` ${unit}`}.`] : [];
  });
}

/** Keys in the order of the strategy's description; those of a family, and those unknown to it, as they were first reported. */
function orderedKeys(strategy: StrategyId, updates: readonly ControllerUpdate[]): string[] {
  const reported = [...new Set(updates.flatMap(({ diagnostics }) => Object.keys(diagnostics)))];
  const described = Object.keys(strategies[strategy].diagnostics);
  const place = (key: string): number => {
    const own = described.indexOf(key);
    const found = own < 0 ? described.indexOf(`${key.split('.')[0] ?? ''}.*`) : own;
    return found < 0 ? described.length : found;
  };
  return reported.sort((a, b) => place(a) - place(b));
}

function isZero(updates: readonly ControllerUpdate[], key: string): boolean {
  return updates.every(({ diagnostics }) => (diagnostics[key] ?? 0) === 0);
}

function seriesOf(
  strategy: StrategyId,
  updates: readonly ControllerUpdate[],
  key: string,
  index: number,
  ofReward: boolean,
): Series {
  return {
    label: diagnosticText(strategy, key).label,
    kind: 'line',
    colour: ({ series, best, text }) =>
      ofReward && index === 0 ? best : (series[index % series.length] ?? text),
    ...(index >= 6 && { dashed: true }),
    points: updates.flatMap(({ number, diagnostics }) => {
      const y = diagnostics[key];
      return y === undefined ? [] : [{ x: number, y }];
    }),
  };
}

function meanReward(updates: readonly ControllerUpdate[]): Series {
  return {
    label: 'Mean reward of the batch',
    kind: 'points',
    colour: ({ own }) => own,
    points: updates.map(({ number, meanReward: y }) => ({ x: number, y })),
  };
}

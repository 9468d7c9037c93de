import {
  diagnosticText,
  strategies,
  type StrategyId,
  sentenceCase,
} from '../../../src-shared/config/strategies/strategies';
import type { ControllerUpdate, DecisionProbabilities } from '../../../src-shared/run/run-event';
import type { Figure, Series } from '../../charts/figure';
import type { OptionValue, Vocabulary } from '../../../src-shared/search-space';

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

/** The probabilities of one kind of decision: a row for each place where it is made, a column for each option. */
export interface ProbabilityMap {
  readonly name: string;
  readonly title: string;
  /** What the rows are: 'Layer', 'Node'; null where there is one row. */
  readonly rowHead: string | null;
  readonly columns: readonly OptionValue[];
  /** Null where the place has no such option: no link to a layer that comes later. */
  readonly rows: readonly { readonly place: number; readonly probabilities: readonly (number | null)[] }[];
}

/**
 * Mean decision probabilities, kind by kind in the order of the decisions.
 * @param place what a row is called
 */
export function probabilityMaps(
  points: readonly DecisionProbabilities[],
  vocabulary: Vocabulary,
  place: string,
): ProbabilityMap[] {
  const kinds = new Map<string, DecisionProbabilities[]>();
  for (const point of points) kinds.set(point.name, [...(kinds.get(point.name) ?? []), point]);
  return [...kinds].map(([name, of]) => {
    const rows = of.toSorted((a, b) => a.layer - b.layer);
    const options = vocabulary[name];
    const width = Math.max(...rows.map(({ probabilities }) => probabilities.length));
    return {
      name,
      title: options === undefined ? `${sentenceCase(name)}: link from layer` : sentenceCase(name),
      rowHead: rows.length === 1 && options !== undefined ? null : place,
      columns: options ?? Array.from({ length: width }, (_, index) => index + 1),
      rows: rows.map(({ layer, probabilities }) => ({
        place: layer,
        probabilities: Array.from(
          { length: options?.length ?? width },
          (_, index) => probabilities[index] ?? null,
        ),
      })),
    };
  });
}

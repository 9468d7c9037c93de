import type { RunDetail } from '../../src-shared/ipc/run-detail';
import { metricNamed, shownMetric, shownText, type MetricId } from '../../src-shared/run/metric';
import type { ListedTrial } from '../../src-shared/run/trial';
import { exactText } from '../charts/figure';
import type { Palette } from '../charts/theme';

/** A run in the comparison. */
export interface ComparedRun {
  readonly folder: string;
  /** Its name; with that of its folder where two have the same. */
  readonly label: string;
  readonly detail: RunDetail;
  readonly random: boolean;
  readonly colour: (palette: Palette) => string;
  /** Dash pattern that distinguishes its children from those of other runs. */
  readonly dashes: readonly number[];
}

/** What children are compared by. */
export interface Yardstick {
  /** The name of a metric, or 'reward'. */
  readonly key: string;
  readonly name: string;
  /** In a word or two. */
  readonly short: string;
  /** Axis label, with the unit. */
  readonly head: string;
  /** The unit of a difference: 'percentage points'. */
  readonly differenceHead: string;
  readonly lowerIsBetter: boolean;
  /** Displayed value; null for a child that has none. */
  readonly of: (trial: ListedTrial) => number | null;
  /** A shown value without its unit, and with it. */
  readonly text: (value: number) => string;
  readonly withUnit: (value: number) => string;
}

function yardstickOf(metric: MetricId): Yardstick {
  const { name, unit, difference, better } = metricNamed(metric);
  const head = unit === null ? name : `${name}, ${unit}`;
  return {
    key: metric,
    name: `Validation ${name}`,
    short: head,
    head: `Validation ${head}`,
    differenceHead: difference,
    lowerIsBetter: better === 'lower',
    of: ({ measure: stored }) => (stored === null ? null : shownMetric(metric, stored)),
    text: (value) => shownText(metric, value),
    withUnit: (value) => `${shownText(metric, value)}${unit === null ? '' : ` ${unit}`}`,
  };
}

const reward: Yardstick = {
  key: 'reward',
  name: 'Reward',
  short: 'reward',
  head: 'Reward',
  differenceHead: 'Difference of rewards',
  lowerIsBetter: false,
  of: ({ state, reward: reached }) => (state === 'failed' ? null : reached),
  text: exactText,
  withUnit: exactText,
};

/** What all of some runs can be compared by: their measure where they share it, and the reward. */
export function yardsticksOf(runs: readonly RunDetail[]): readonly [Yardstick, ...Yardstick[]] {
  const shared = new Set(runs.map(({ summary }) => summary.measure));
  const [only] = shared;
  return only !== undefined && shared.size === 1 ? [yardstickOf(only), reward] : [reward];
}

/** Dashes of the children of the first, second… run. */
const runDashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [1, 5]];
/** Colours of strategies other than random search after the first, by their place in the palette. */
const moreColours = [2, 3, 4, 5, 1];

/** Runs with the looks that tell them apart: random searches are grey, the first of others has its own colour. */
export function comparedRuns(details: readonly RunDetail[]): ComparedRun[] {
  let others = 0;
  return details.map((detail, index) => {
    const { name, run, folder } = detail.summary;
    const twice = details.filter((other) => other.summary.name === name).length > 1;
    const random = detail.config.controller.strategy === 'random';
    const place = random ? 0 : others++;
    const more = moreColours[(place - 1) % moreColours.length] ?? 0;
    return {
      folder,
      label: twice ? `${name} (${run})` : name,
      detail,
      random,
      colour: (palette) =>
        random ? palette.random : place === 0 ? palette.own : (palette.series[more] ?? palette.text),
      dashes: runDashes[index % runDashes.length] ?? [],
    };
  });
}

/** Completed children with unique networks, best first. */
export function rankingOf({ trials }: Pick<RunDetail, 'trials'>): ListedTrial[] {
  return trials
    .filter(({ state, reward: reached }) => state === 'completed' && reached !== null)
    .sort((a, b) => (b.reward ?? 0) - (a.reward ?? 0) || a.number - b.number);
}

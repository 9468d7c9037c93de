import { findStrategy } from '../config/strategies/strategies';
import type { ControllerUpdate } from './run-event';

import type { ListedTrial, Trial } from './trial';

type Reported = Pick<ControllerUpdate, 'diagnostics'>;

/** Mean and maximum of a number over the updates that report it; null when none does. */
export function spreadOf(
  updates: readonly Reported[],
  key: string,
): { readonly mean: number; readonly most: number } | null {
  const values = updates.flatMap(({ diagnostics }) => diagnostics[key] ?? []);
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  return { mean: sum / values.length, most: values.reduce((most, value) => Math.max(most, value)) };
}

/** 'staleness 2.9 updates on average, at most 6': what a strategy's description has summarised, where it is not 0 throughout. */
export function diagnosticSummaries(strategy: string, updates: readonly Reported[]): string[] {
  const known = Object.entries(findStrategy(strategy)?.diagnostics ?? {});
  return known.flatMap(([key, { label, unit, summarised }]) => {
    const spread = summarised === true ? spreadOf(updates, key) : null;
    if (spread === null || spread.most === 0) return [];
    const mean = `${spread.mean.toFixed(1)}${unit === null ? '' : ` ${unit}`}`;
    return [`${label.toLowerCase()} ${mean} on average, at most ${spread.most}`];
  });
}

/** A network by its cost and its value. */
interface Weighed {
  /** Less is better: parameters. */
  readonly cost: number;
  /** More is better: accuracy, or a perplexity with its sign turned. */
  readonly worth: number;
}

/**
 * The networks that no other beats: none is worth as much for less, or more for as much. Of equal ones the first.
 * @returns indices in the order of rising cost and worth
 */
export function paretoFront(networks: readonly Weighed[]): number[] {
  const order = networks
    .map((network, index) => ({ ...network, index }))
    .sort((a, b) => a.cost - b.cost || b.worth - a.worth || a.index - b.index);
  const front: number[] = [];
  let best = -Infinity;
  for (const { worth, index } of order)
    if (worth > best) {
      front.push(index);
      best = worth;
    }
  return front;
}

/** Quality of the best networks of a run after a trial (paper figure 6). */
interface TopPoint {
  /** The number of the trial. */
  readonly trial: number;
  /** For each of the sizes asked for, the mean over that number of the best unique networks; null while there are fewer. */
  readonly means: readonly (number | null)[];
}

/**
 * The mean of the best 1, 5 and 15 unique networks over the course of a search. A network counts once, with what it had when it was
 * first trained; failed and unfinished trials count for nothing, but have their point.
 * @param trials in the order of their proposals
 * @param value what is compared: the measure (figure 6) unless another is given
 */
export function topCurves(
  trials: readonly ListedTrial[],
  sizes: readonly number[] = [1, 5, 15],
  value: (trial: ListedTrial) => number | null = (trial) => trial.measure,
): TopPoint[] {
  const seen = new Set<string>();
  const most = Math.max(0, ...sizes);
  /** The best first, at most `most`. */
  const best: number[] = [];
  return trials.map((trial) => {
    const reached = value(trial);
    if (trial.state === 'completed' && reached !== null && !seen.has(trial.architectureHash)) {
      seen.add(trial.architectureHash);
      const place = best.findIndex((other) => other < reached);
      best.splice(place < 0 ? best.length : place, 0, reached);
      best.length = Math.min(best.length, most);
    }
    return { trial: trial.number, means: sizes.map((size) => meanOfFirst(best, size)) };
  });
}

function meanOfFirst(values: readonly number[], size: number): number | null {
  if (values.length < size || size < 1) return null;
  return values.slice(0, size).reduce((sum, value) => sum + value, 0) / size;
}

/**
 * How long children had been in training when each trial ended, in milliseconds: time in which several trained at once counts once, and
 * time in which none did (a pause, a night) not at all. So runs can be compared that were stopped and resumed.
 * @returns number of a trial → milliseconds; trials that have not ended are not in it
 */
export function trainingTimes(
  trials: readonly Pick<Trial, 'number' | 'startedAt' | 'endedAt'>[],
): Map<number, number> {
  const ended = trials.flatMap(({ number, startedAt, endedAt }) =>
    endedAt === null ? [] : [{ number, from: Math.min(startedAt ?? endedAt, endedAt), to: endedAt }],
  );
  /** Stretches of training in order, none touching another, with the time before each. */
  const stretches: { from: number; to: number; before: number }[] = [];
  for (const { from, to } of ended.toSorted((a, b) => a.from - b.from)) {
    const last = stretches.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else stretches.push({ from, to, before: last === undefined ? 0 : last.before + last.to - last.from });
  }
  const times = new Map<number, number>();
  let at = 0;
  for (const { number, to } of ended.toSorted((a, b) => a.to - b.to)) {
    while ((stretches[at]?.to ?? Infinity) < to) at++;
    const stretch = stretches[at];
    if (stretch !== undefined) times.set(number, stretch.before + to - stretch.from);
  }
  return times;
}

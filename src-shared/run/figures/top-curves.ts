import type { ListedTrial } from '../trial';

/** Quality of the best networks of a run after a trial (paper figure 6). */
export interface TopPoint {
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

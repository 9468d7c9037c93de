import type { Trial } from '../../src-shared/run/trial';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Said of it where the pointer is: 'child 12'. */
  readonly name?: string;
}

/** The rewards of a run as a chart shows them, over the number of the child. */
export interface RewardSeries {
  /** Children that were trained or given a known reward. */
  readonly children: readonly Point[];
  /** Failed children: their reward is 0. */
  readonly failed: readonly Point[];
  /** Mean reward of the last children up to each. */
  readonly average: readonly Point[];
  readonly best: readonly Point[];
}

/** The moving average is over so many children. */
export const averageOver = 20;

/** @param trials in the order of their proposals; those without a reward are left out */
export function rewardSeries(trials: readonly Trial[]): RewardSeries {
  const children: Point[] = [];
  const failed: Point[] = [];
  const average: Point[] = [];
  const best: Point[] = [];
  const last: number[] = [];
  let sum = 0;
  let highest = 0;
  for (const { number, reward, state } of trials) {
    if (reward === null) continue;
    (state === 'failed' ? failed : children).push({ x: number, y: reward });
    last.push(reward);
    sum += reward;
    if (last.length > averageOver) sum -= last.shift() ?? 0;
    average.push({ x: number, y: sum / last.length });
    highest = Math.max(highest, reward);
    best.push({ x: number, y: highest });
  }
  return { children, failed, average, best };
}

/** Mean reward of the last children up to each, as in `rewardSeries`. @param children in order */
export function movingAverage(
  children: readonly { readonly number: number; readonly reward: number }[],
): Point[] {
  let sum = 0;
  return children.map(({ number, reward }, index) => {
    sum += reward - (children[index - averageOver]?.reward ?? 0);
    return { x: number, y: sum / Math.min(index + 1, averageOver) };
  });
}

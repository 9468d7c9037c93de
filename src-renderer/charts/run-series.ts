import type { ListedTrial } from '../../src-shared/run/trial';
import type { Point } from './figure';
import { metricNamed, shownMetric, type MetricId } from '../../src-shared/run/metric';
import { dataKinds, type EpochRecord } from '../../src-shared/tasks/data-kinds';

/** The rewards of a run as a chart shows them, over the number of the child. */
interface RewardSeries {
  /** Children that were trained or given a known reward. */
  readonly children: readonly Point[];
  /** Failed children: their reward is 0. */
  readonly failed: readonly Point[];
  /** Mean reward of the last children up to each. */
  readonly average: readonly Point[];
  /** Lowest and highest reward of the last trained children up to each. */
  readonly range: readonly Point[];
  readonly best: readonly Point[];
}

/** Window of the moving average and range, in children. */
export const averageOver = 20;

/** @param trials in the order of their proposals; those without a reward are skipped */
export function rewardSeries(trials: readonly ListedTrial[]): RewardSeries {
  const children: Point[] = [];
  const failed: Point[] = [];
  const average: Point[] = [];
  const range: Point[] = [];
  const best: Point[] = [];
  const last: number[] = [];
  const trained: number[] = [];
  let sum = 0;
  let highest = 0;
  for (const { number, reward, state } of trials) {
    if (reward === null) continue;
    if (state === 'failed') failed.push({ x: number, y: reward });
    else {
      children.push({ x: number, y: reward });
      trained.push(reward);
      if (trained.length > averageOver) trained.shift();
      range.push({ x: number, y: Math.max(...trained), low: Math.min(...trained) });
    }
    last.push(reward);
    sum += reward;
    if (last.length > averageOver) sum -= last.shift() ?? 0;
    average.push({ x: number, y: sum / last.length });
    highest = Math.max(highest, reward);
    best.push({ x: number, y: highest });
  }
  return { children, failed, average, range, best };
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

/** The curves of a child: it is in training, or was chosen. */
export interface ChildCurve {
  readonly trial: number;
  readonly running: boolean;
  readonly epochs: readonly EpochRecord[];
}

/** A line that a child's epochs make: on its validation or training data, the measure of the run or the loss. */
export interface CurveKind {
  readonly of: 'validation' | 'train';
  readonly loss: boolean;
}

/** Displayed value of a metric after an epoch; NaN, which leaves a gap, where it was not finite. */
export function curveValue(record: EpochRecord, { of, loss }: CurveKind, metric: MetricId): number {
  const reached = dataKinds.of(record.kind).reached(record, of);
  if (loss) return reached.loss ?? NaN;
  return reached.metric === null ? NaN : shownMetric(metric, reached.metric);
}

/** A value at the axis. */
export function curveTick(value: number, loss: boolean, metric: MetricId): string {
  return value.toFixed(loss ? 2 : metricNamed(metric).tickDigits(value));
}

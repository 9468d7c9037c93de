import { metricNamed, shownMetric, type MetricId } from '../../../src-shared/run/metric';
import { dataKinds, type EpochRecord } from '../../../src-shared/tasks/data-kinds';

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

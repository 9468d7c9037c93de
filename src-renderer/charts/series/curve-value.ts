import { shownMeasure, trainMeasure, validationMeasure, type Measure } from '../../../src-shared/run/measure';
import type { EpochRecord } from '../../../src-shared/run/epoch-record';

/** A line that a child's epochs make: on its validation or training data, the measure of the run or the loss. */
export interface CurveKind {
  readonly of: 'validation' | 'train';
  readonly loss: boolean;
}

/** What an epoch has of a line, as it is shown; NaN, which leaves a gap, where it was past all numbers. */
export function curveValue(record: EpochRecord, { of, loss }: CurveKind, measure: Measure): number {
  if (loss && record.kind === 'images') return of === 'train' ? record.trainLoss : record.validationLoss;
  const stored = of === 'train' ? trainMeasure(record) : validationMeasure(record);
  if (stored === null) return NaN;
  return loss ? Math.log(stored) : shownMeasure(measure, stored);
}

/** A value at the axis. */
export function curveTick(value: number, loss: boolean, measure: Measure): string {
  if (loss || measure === 'bitsPerCharacter') return value.toFixed(2);
  return value.toFixed(value < 10 ? 1 : 0);
}

import { dataKinds, type EpochRecord } from '../tasks/data-kinds';

/**
 * What rules compare children by after an epoch; more is better. Accuracies are taken as they are; perplexities as minus their
 * logarithm, minus infinity for one past all numbers.
 */
export function scoreOf(record: EpochRecord): number {
  return scoreOfMetric(record.kind, dataKinds.of(record.kind).reached(record, 'validation').metric);
}

/** The same of what a trial stores as its measure. */
export function scoreOfMetric(kind: EpochRecord['kind'], measure: number | null): number {
  return measure === null ? -Infinity : dataKinds.of(kind).score(measure);
}

/** A child that others are compared with. */
export interface EarlierChild {
  /** After each of its epochs: the mean of its scores up to there. */
  readonly averages: readonly number[];
  /** The score of its measure when it was trained to its last epoch; null when it was ended before. */
  readonly final: number | null;
}

/** The mean of the first 1, 2, … scores. */
export function runningAverages(scores: readonly number[]): number[] {
  let sum = 0;
  return scores.map((score, place) => (sum += score) / (place + 1));
}

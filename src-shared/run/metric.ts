import { z } from 'zod';
import { CellsmithError } from '../errors';
import { dataKinds, type EpochRecord, type Recipe } from '../tasks/data-kinds';
import type { Metric, Outcome } from '../tasks/data-kind';

/** Names a metric: what children of a run are compared by on their validation data. */
export type MetricId = Metric['id'];

export const metricIdSchema = z
  .string()
  .refine((id) => findMetric(id) !== undefined, 'must be a known metric');

export function metricOf(recipe: Recipe): MetricId {
  return dataKinds.of(recipe.kind).metricOf(recipe).id;
}

/** @throws CellsmithError 'internal' when there is none of the name */
export function metricNamed(metric: MetricId): Metric {
  const found = findMetric(metric);
  if (found === undefined) throw new CellsmithError('internal', `There is no metric '${metric}'.`);
  return found;
}

function findMetric(id: string): Metric | undefined {
  return dataKinds
    .all()
    .flatMap(({ metrics }) => metrics)
    .find((metric) => metric.id === id);
}

/** The number that is shown for a stored one: percent, perplexity or bits. */
export function shownMetric(metric: MetricId, stored: number): number {
  return metricNamed(metric).shown(stored);
}

/** A shown number as text, without its unit: '93.41', '78.4', '1.214'. */
export function shownText(metric: MetricId, shown: number): string {
  return shown.toFixed(metricNamed(metric).digits);
}

/** A stored metric as text: '93.41 %', '78.4', '1.214'; '–' for none. */
export function metricText(metric: MetricId, stored: number | null): string {
  if (stored === null) return '–';
  const { unit } = metricNamed(metric);
  const text = shownText(metric, shownMetric(metric, stored));
  return unit === null ? text : `${text} ${unit}`;
}

/** Stored validation metric of one epoch; null where a perplexity was not finite. */
export function validationMetric(record: EpochRecord): number | null {
  return dataKinds.of(record.kind).reached(record, 'validation').metric;
}

/** Stored metric of one epoch on the training data. */
export function trainMetric(record: EpochRecord): number | null {
  return dataKinds.of(record.kind).reached(record, 'train').metric;
}

/** Best stored validation metric of some epochs: the highest accuracy, or the lowest perplexity. Null where there is none. */
export function bestMetric(metric: MetricId, epochs: readonly EpochRecord[]): number | null {
  const reached = epochs.flatMap((record) => validationMetric(record) ?? []);
  if (reached.length === 0) return null;
  return metricNamed(metric).better === 'higher' ? Math.max(...reached) : Math.min(...reached);
}

/**
 * The reward of a child by its recipe: that of the kind of data that it trains on. A child that was stopped early is judged by the
 * epochs it has.
 * @param epochs in any order
 */
export function outcomeOf(epochs: readonly EpochRecord[], recipe: Recipe): Outcome {
  return dataKinds.of(recipe.kind).outcome(
    epochs.filter(({ kind }) => kind === recipe.kind),
    recipe,
  );
}

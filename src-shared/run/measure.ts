import { z } from 'zod';
import { CellsmithError } from '../errors';
import { dataKinds, type EpochRecord, type Recipe } from '../tasks/data-kinds';
import type { Metric } from '../tasks/metric';

/** Names a metric: what children of a run are compared by on their validation data. */
export type Measure = Metric['id'];

export const measureSchema = z
  .string()
  .refine((id) => findMetric(id) !== undefined, 'must be a known metric');

export function measureOf(recipe: Recipe): Measure {
  return dataKinds.of(recipe.kind).metricOf(recipe).id;
}

/** @throws CellsmithError 'internal' when there is none of the name */
export function metricNamed(measure: Measure): Metric {
  const metric = findMetric(measure);
  if (metric === undefined) throw new CellsmithError('internal', `There is no metric '${measure}'.`);
  return metric;
}

function findMetric(id: string): Metric | undefined {
  return dataKinds
    .all()
    .flatMap(({ metrics }) => metrics)
    .find((metric) => metric.id === id);
}

/** The number that is shown for a stored one: percent, perplexity or bits. */
export function shownMeasure(measure: Measure, stored: number): number {
  return metricNamed(measure).shown(stored);
}

/** A shown number as text, without its unit: '93.41', '78.4', '1.214'. */
export function shownText(measure: Measure, shown: number): string {
  return shown.toFixed(metricNamed(measure).digits);
}

/** A stored measure as text: '93.41 %', '78.4', '1.214'; '–' for none. */
export function measureText(measure: Measure, stored: number | null): string {
  if (stored === null) return '–';
  const { unit } = metricNamed(measure);
  const text = shownText(measure, shownMeasure(measure, stored));
  return unit === null ? text : `${text} ${unit}`;
}

/** Stored validation metric of one epoch; null where a perplexity was not finite. */
export function validationMeasure(record: EpochRecord): number | null {
  return dataKinds.of(record.kind).reached(record, 'validation').metric;
}

/** The measure of one epoch on the training data. */
export function trainMeasure(record: EpochRecord): number | null {
  return dataKinds.of(record.kind).reached(record, 'train').metric;
}

/** Best stored validation metric of some epochs: the highest accuracy, or the lowest perplexity. Null where there is none. */
export function bestMeasure(measure: Measure, epochs: readonly EpochRecord[]): number | null {
  const reached = epochs.flatMap((record) => validationMeasure(record) ?? []);
  if (reached.length === 0) return null;
  return metricNamed(measure).better === 'higher' ? Math.max(...reached) : Math.min(...reached);
}

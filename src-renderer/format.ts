import { metricNamed, metricText, type MetricId } from '../src-shared/run/metric';

/** '93.41', '78.4': a stored metric without its unit, which is in the column header. */
export function metricNumber(metric: MetricId, stored: number | null): string {
  return metricText(metric, stored).replace(/ %$/, '');
}

/** 'Accuracy, %', 'Perplexity'. */
export function metricHead(metric: MetricId): string {
  const { name, unit } = metricNamed(metric);
  return `${capitalised(name)}${unit === null ? '' : `, ${unit}`}`;
}

/** 'Networks' for 'networks'. */
export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What follows the number: '%', 'perplexity'. */
export function metricUnit(metric: MetricId): string {
  const { name, unit } = metricNamed(metric);
  return unit ?? name;
}

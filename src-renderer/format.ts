import { metricNamed, measureText, type Measure } from '../src-shared/run/measure';

/** '93.41', '78.4': a stored metric without its unit, which is in the column header. */
export function measureNumber(measure: Measure, stored: number | null): string {
  return measureText(measure, stored).replace(/ %$/, '');
}

/** 'Accuracy, %', 'Perplexity'. */
export function measureHead(measure: Measure): string {
  const { name, unit } = metricNamed(measure);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}${unit === null ? '' : `, ${unit}`}`;
}

/** What follows the number: '%', 'perplexity'. */
export function measureUnit(measure: Measure): string {
  const { name, unit } = metricNamed(measure);
  return unit ?? name;
}

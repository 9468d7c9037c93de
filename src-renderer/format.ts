import { metricNamed, measureText, type Measure } from '../src-shared/run/measure';

/** '93.41', '78.4': a stored metric without its unit, which is in the column header. */
export function measureNumber(measure: Measure, stored: number | null): string {
  return measureText(measure, stored).replace(/ %$/, '');
}

/** 'Accuracy, %', 'Perplexity'. */
export function measureHead(measure: Measure): string {
  const { name, unit } = metricNamed(measure);
  return `${capitalised(name)}${unit === null ? '' : `, ${unit}`}`;
}

/** 'Networks' for 'networks'. */
export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What follows the number: '%', 'perplexity'. */
export function measureUnit(measure: Measure): string {
  const { name, unit } = metricNamed(measure);
  return unit ?? name;
}

import { metricNamed, metricText, type MetricId } from '../src-shared/run/metric';
import { wholeNumber } from '../src-shared/format';
import type { Reading } from '../src-shared/ipc/problem-states';

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

const words: Readonly<Record<Reading['stage'], string>> = {
  listing: 'listing the files',
  reading: 'reading the data set',
  arranging: 'decoding the images',
  checking: 'checking the decoded copy',
};

/** Progress of reading a data set: 'reading the data set, 1,200 of 2,500'. */
export function readingText(reading: Reading | null): string {
  if (reading === null) return 'inspecting the data set';
  const { stage, done, total } = reading;
  if (done === 0) return words[stage];
  return `${words[stage]}, ${wholeNumber(done)}${total === null ? '' : ` of ${wholeNumber(total)}`}`;
}

import { metricNamed, metricText, type MetricId } from '../src-shared/run/metric';
import { countOf, wholeNumber } from '../src-shared/format';
import { evaluationOf, type Evaluation } from '../src-shared/run/evaluation';
import type { Reading } from '../src-shared/ipc/states';

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

/** What an evaluation is at: 'Evaluating child 12 on the test split'. */
export function evaluatingText({ trial, split }: Pick<Evaluation, 'trial' | 'split'>): string {
  return split === 'test'
    ? `Evaluating child ${trial} on the test split`
    : `Averaging draws of dropout of child ${trial}`;
}

/** What a child reached after its training, for the head of a page. @param trial its number; undefined for none */
export function evaluationFigures(
  evaluations: readonly Evaluation[],
  trial: number | undefined,
  metric: MetricId,
): { readonly name: string; readonly value: string }[] {
  const words = { validation: 'Averaged', test: 'Test' } as const;
  return (['validation', 'test'] as const).flatMap((split) => {
    const found = trial === undefined ? undefined : evaluationOf(evaluations, trial, split);
    if (found === undefined) return [];
    const draws = found.draws === 0 ? '' : `, ${countOf(found.draws, 'draw')}`;
    return [{ name: `${words[split]}${draws}`, value: metricNumber(metric, found.metric) }];
  });
}

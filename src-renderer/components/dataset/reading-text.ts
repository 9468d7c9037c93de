import { wholeNumber } from '../../../src-shared/format';
import type { Reading } from '../../../src-shared/ipc/problem-states';

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

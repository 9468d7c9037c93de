import { counted } from '../../../src-shared/counted';
import type { TextDatasetDescription } from '../../../src-shared/dataset/text-description';
import { bytes, percent } from '../../../src-shared/format';
import { list, table } from '../tables';
import { bold, writeLine, type Terminal } from '../terminal';

/** Output of `cellsmith data describe` for a text. */
export function writeTextDescription(terminal: Terminal, description: TextDatasetDescription): void {
  const { form, container, location, files, reading, splits, splitOrigin, longestLine } = description;
  const { level, vocabularyLimit, lowerCase, words } = reading;
  const read = [`${level} level`];
  if (level === 'word') read.push(words === 'spaces' ? 'split at white space' : 'split at punctuation');
  if (lowerCase) read.push('in lower case');
  const limit = vocabularyLimit === null ? '' : `, at most ${vocabularyLimit}`;
  const drawn =
    splitOrigin.kind === 'given' ? 'as given' : `two blocks drawn from the text (seed ${splitOrigin.seed})`;
  const rows: [string, string][] = [
    ['Data set', location],
    ['Form', `${form}, ${container}`],
    ['Files', `${files}, ${bytes(description.bytes)}`],
    ['Read', read.join(', ')],
    ['Vocabulary', `${description.vocabularySize} of ${description.distinctTokens} different tokens${limit}`],
    ['Splits', drawn],
    [
      'Longest line',
      `${counted(longestLine.tokens, 'token')} (${longestLine.split}, line ${longestLine.line})`,
    ],
    ['Most frequent', description.mostFrequent.map(({ token }) => shown(token)).join(' ')],
    ['Fingerprint', description.fingerprint],
  ];
  writeLine(terminal, list(rows));
  writeLine(terminal);
  const parts = (
    [
      ['training', splits.train],
      ['validation', splits.valid],
      ['test', splits.test],
    ] as const
  ).map(([name, split]) => [
    name,
    String(split.tokens),
    String(split.lines),
    percent(split.outOfVocabularyRate),
  ]);
  writeLine(terminal, table(terminal, ['split', 'tokens', 'lines', 'not in vocabulary'], parts, [1, 2, 3]));
  for (const line of description.firstLines) writeLine(terminal, `  ${line}`);
  for (const { message } of description.warnings)
    writeLine(terminal, `${bold(terminal, 'Note:')} ${message}`);
}

/** A token that would not be seen is put into quotation marks. */
function shown(token: string): string {
  return /^[\s\p{C}]*$/u.test(token) ? JSON.stringify(token) : token;
}

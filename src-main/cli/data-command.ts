import { resolve } from 'node:path';
import { counted } from '../../src-shared/counted';
import type { ImageDatasetDescription } from '../../src-shared/dataset/image-description';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { describeDataset } from '../datasets/prepare';
import { exitCodes } from './exit-codes';
import { bytes, percent } from '../../src-shared/format';
import { listenForInterrupts } from './interrupts';
import { list, table } from './tables';
import { bold, writeJson, writeLine, type Terminal } from './terminal';
import { chooseView } from './views/plain-views';
import type { TextDatasetDescription } from '../../src-shared/dataset/text-description';

export interface DescribeOptions {
  readonly json: boolean;
  readonly level?: 'word' | 'character';
  readonly vocabulary?: number;
}

interface Writer<Description extends DatasetDescription = DatasetDescription> {
  write(terminal: Terminal, description: Description): void;
}

const writers: {
  readonly [Kind in DatasetDescription['kind']]: Writer<Extract<DatasetDescription, { readonly kind: Kind }>>;
} = {
  images: { write: writeImageDescription },
  text: { write: writeTextDescription },
};

/** @param kind of the description */
function writerOf(kind: DatasetDescription['kind']): Writer {
  return writers[kind];
}

/** `cellsmith data describe`: the contents of a data set. */
export async function describeCommand(
  terminal: Terminal,
  path: string,
  options: DescribeOptions,
): Promise<number> {
  const view = chooseView(terminal, options.json);
  const interrupts = listenForInterrupts(() => undefined);
  try {
    const description = await describeDataset(resolve(path), {
      signal: AbortSignal.any([interrupts.gentle, interrupts.immediate]),
      onProgress: (progress) => view.dataset(progress),
      text: {
        ...(options.level !== undefined && { level: options.level }),
        ...(options.vocabulary !== undefined && { vocabularyLimit: options.vocabulary }),
      },
    });
    view.close();
    if (options.json) writeJson(terminal, description);
    else writerOf(description.kind).write(terminal, description);
    return exitCodes.ok;
  } finally {
    view.close();
  }
}

function writeImageDescription(terminal: Terminal, description: ImageDatasetDescription): void {
  const { form, container, location, files, splits, testSplit, sizes, distinctSizes, duplicates } =
    description;
  const copies = duplicates.withinTrain + duplicates.withinTest;
  const drawn =
    testSplit.kind === 'given'
      ? ''
      : `, drawn from all images (${Math.round(100 * testSplit.fraction)} %, seed ${testSplit.seed})`;
  const shown = sizes.slice(0, 5).map(({ width, height, count }) => `${width}×${height} (${count})`);
  if (distinctSizes > shown.length) shown.push(`${distinctSizes - shown.length} more`);
  const colours = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(', ');
  const rows: [string, string][] = [
    ['Data set', location],
    ['Form', `${form}, ${container}`],
    ['Files', `${files}, ${bytes(description.bytes)}`],
    ['Training', counted(splits.train.count, 'image')],
    ['Test', `${counted(splits.test.count, 'image')}${drawn}`],
    ['Sizes', shown.join(', ')],
    ['Grey', String(description.grey)],
    ['Mean', `${colours(description.mean)} of red, green, blue (0–255)`],
    ['Deviation', colours(description.deviation)],
    ['Duplicates', `${copies} within a split, ${duplicates.acrossSplits} between training and test`],
    ['Unreadable', String(description.unreadable.count)],
    ['Fingerprint', description.fingerprint],
  ];
  writeLine(terminal, list(rows));
  writeLine(terminal);
  const classes = description.classes.map((name, index) => [
    name,
    String(splits.train.perClass[index] ?? 0),
    String(splits.test.perClass[index] ?? 0),
  ]);
  writeLine(terminal, table(terminal, ['class', 'training', 'test'], classes, [1, 2]));
  for (const { file, reason } of description.unreadable.files.slice(0, 20))
    writeLine(terminal, `${bold(terminal, 'Unreadable:')} ${file}: ${reason}`);
  for (const { message } of description.warnings)
    writeLine(terminal, `${bold(terminal, 'Note:')} ${message}`);
}

/** Output of `cellsmith data describe` for a text. */
function writeTextDescription(terminal: Terminal, description: TextDatasetDescription): void {
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

/** Quotes invisible tokens. */
function shown(token: string): string {
  return /^[\s\p{C}]*$/u.test(token) ? JSON.stringify(token) : token;
}

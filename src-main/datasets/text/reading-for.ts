import type { TextForm } from '../../../src-shared/dataset/text-description';
import type { TextOptions, TextReading } from '../../../src-shared/dataset/text-options';
import { textOptionsSchema } from '../../../src-shared/dataset/text-options';
import { CellsmithError } from '../../../src-shared/errors';

/** As large as Penn Treebank's. */
const usualLimit = 10_000;

/** @throws CellsmithError config.invalid */
export function parseTextOptions(options: TextOptions = {}): Parsed {
  const parsed = textOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CellsmithError(
    'config.invalid',
    `The options of the text are not valid (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Fix them.`,
    { cause: parsed.error },
  );
}

export type Parsed = ReturnType<typeof textOptionsSchema.parse>;

/** Fills in what suits the form: published corpora are prepared already, plain text is not. */
export function readingFor(form: TextForm, options: Parsed): TextReading {
  const { level } = options;
  const plain = form === 'plain-text';
  return {
    level,
    vocabularyLimit:
      options.vocabularyLimit === undefined ? (plain ? usualLimit : null) : options.vocabularyLimit,
    lowerCase: options.lowerCase ?? (plain && level === 'word'),
    words: options.words ?? (plain ? 'punctuation' : 'spaces'),
  };
}

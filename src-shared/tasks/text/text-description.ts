import { z } from 'zod';

/** What one token is: a word, or a character (a Unicode code point). */
export const textLevelSchema = z.enum(['word', 'character']);
export type TextLevel = z.infer<typeof textLevelSchema>;

/**
 * Where words end at word level: at white space alone, for texts in which words and punctuation are parted already (Penn
 * Treebank, WikiText), or at punctuation too, which then becomes separate words.
 */
const wordRuleSchema = z.enum(['spaces', 'punctuation']);
export type WordRule = z.infer<typeof wordRuleSchema>;

/** `<eos>`, `<unk>` and one word: the smallest vocabulary. */
export const vocabularyLimitSchema = z.int().min(3).max(1_000_000);

const fraction = z.number().gt(0).lt(0.5);

/** Held-out parts of a text without splits. Fractions of the tokens. */
const blockDrawSchema = z.strictObject({ valid: fraction, test: fraction, seed: z.int() });
export type BlockDraw = z.infer<typeof blockDrawSchema>;

/**
 * How to read a text. Missing options are as suits the format (docs/datasets.md): published corpora are taken as they are;
 * plain text is split at punctuation, put in lower case at word level, and its rarest words beyond 10,000 become `<unk>`.
 */
export const textOptionsSchema = z.strictObject({
  level: textLevelSchema.default('word'),
  /** Entries of the vocabulary at most, `<eos>` and `<unk>` among them; null for no limit. */
  vocabularyLimit: vocabularyLimitSchema.nullable().optional(),
  lowerCase: z.boolean().optional(),
  words: wordRuleSchema.optional(),
  /** Not the search's seed: runs with other seeds must not train on each other's test text. */
  split: blockDrawSchema.default({ valid: 0.05, test: 0.05, seed: 0 }),
});
/** As a user gives them. */
export type TextOptions = z.input<typeof textOptionsSchema>;

/** How a text was read, nothing left open. */
export const textReadingSchema = z.strictObject({
  level: textLevelSchema,
  vocabularyLimit: vocabularyLimitSchema.nullable(),
  lowerCase: z.boolean(),
  words: wordRuleSchema,
});
export type TextReading = z.infer<typeof textReadingSchema>;

const count = z.int().min(0);

/** The ways in which a corpus comes. */
export const textFormSchema = z.enum(['ptb', 'wikitext', 'split-files', 'plain-text']);
export type TextForm = z.infer<typeof textFormSchema>;

const splitNameSchema = z.enum(['train', 'valid', 'test']);
export type TextSplit = z.infer<typeof splitNameSchema>;

const splitSchema = z.strictObject({
  /** `<eos>` at the end of every line among them. */
  tokens: count,
  lines: count,
  /** Tokens that are not in the vocabulary and became `<unk>`, and their share of the split (0–1). */
  outOfVocabulary: count,
  outOfVocabularyRate: z.number().min(0).max(1),
  /** Lines of some length that are also in the training split, and how many such lines there are at all; 0 of training's own. */
  sharedLines: count,
  comparedLines: count,
});

/** Where the splits come from: the corpus has them, or two blocks of it were drawn by a seed. */
const originSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('given') }),
  z.strictObject({ kind: z.literal('drawn'), ...blockDrawSchema.shape }),
]);

/** Something a user should know before training on the text; it stops nothing. */
const textWarningSchema = z.strictObject({
  code: z.enum([
    'shared-lines',
    'tiny-split',
    'tiny-vocabulary',
    'out-of-vocabulary',
    'long-words',
    'long-line',
    'unused-files',
  ]),
  message: z.string(),
});
export type TextWarning = z.infer<typeof textWarningSchema>;

export const textDatasetDescriptionSchema = z.strictObject({
  kind: z.literal('text'),
  form: textFormSchema,
  container: z.enum(['folder', 'tar', 'zip', 'file']),
  /** Absolute path of the folder, archive or file. */
  location: z.string(),
  /** Bytes and number of the files that make up the corpus; of an archive, its own size. */
  bytes: count,
  files: count,
  reading: textReadingSchema,
  splits: z.strictObject({ train: splitSchema, valid: splitSchema, test: splitSchema }),
  splitOrigin: originSchema,
  /** Entries of the vocabulary, `<eos>` and `<unk>` among them, and different tokens of the training split before the limit. */
  vocabularySize: z.int().min(2),
  distinctTokens: count,
  /** Of the training split, most frequent first; at most 20. */
  mostFrequent: z.array(z.strictObject({ token: z.string(), count })),
  /** The first lines of the training split as a child reads them, cut at 200 characters; at most 5. */
  firstLines: z.array(z.string()),
  /** The line with the most tokens, `<eos>` included; its number counts from 1 in its split. */
  longestLine: z.strictObject({ split: splitNameSchema, line: z.int().min(1), tokens: count }),
  warnings: z.array(textWarningSchema),
  /** 64 hexadecimal digits: identifies the text and its splits, independent of the container and of reading options (docs/datasets.md). */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});
export type TextDatasetDescription = z.infer<typeof textDatasetDescriptionSchema>;

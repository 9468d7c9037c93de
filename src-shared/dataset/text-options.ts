import { z } from 'zod';

/** What one token is: a word, or a character (a Unicode code point). */
export const textLevelSchema = z.enum(['word', 'character']);
export type TextLevel = z.infer<typeof textLevelSchema>;

/**
 * Where words end at word level: at white space alone, for texts in which words and punctuation are parted already (Penn
 * Treebank, WikiText), or at punctuation too, which then becomes separate words.
 */
export const wordRuleSchema = z.enum(['spaces', 'punctuation']);
export type WordRule = z.infer<typeof wordRuleSchema>;

/** `<eos>`, `<unk>` and one word: the smallest vocabulary. */
export const vocabularyLimitSchema = z.int().min(3).max(1_000_000);

const fraction = z.number().gt(0).lt(0.5);

/** Held-out parts of a text without splits. Fractions of the tokens. */
export const blockDrawSchema = z.strictObject({ valid: fraction, test: fraction, seed: z.int() });
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

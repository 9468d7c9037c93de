import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { textFormSchema, textReadingSchema } from '../../../src-shared/tasks/text/text-description';
import { cachedFileSchema, checkBlocks, damagedCache } from '../cache/cached-file';
import { parseManifest } from '../cache/manifest';

/** Format version, raised when tokenisation, the order of ids or the layout changes. Older copies are rebuilt. */
export const textCacheFormat = 1 as const;

const common = {
  format: z.literal(textCacheFormat),
  kind: z.literal('text'),
  form: textFormSchema,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  reading: textReadingSchema,
  /** Entries of the vocabulary. */
  vocabularySize: z.int().min(2),
  vocabulary: cachedFileSchema,
};

const tokensSchema = z
  .strictObject({ count: z.int().min(1), file: cachedFileSchema })
  .refine(({ count, file }) => file.bytes === 4 * count, 'size of the file and number of tokens disagree');

/** `dataset.json` of the training folder, and of the test folder. */
const trainManifestSchema = z.strictObject({
  ...common,
  split: z.literal('train'),
  train: tokensSchema,
  valid: tokensSchema,
});
const testManifestSchema = z.strictObject({ ...common, split: z.literal('test'), test: tokensSchema });

export type TextTrainManifest = z.infer<typeof trainManifestSchema>;
export type TextTestManifest = z.infer<typeof testManifestSchema>;

const vocabularySchema = z.array(z.string());

/** A folder of the copy that was found to be sound. */
export interface CheckedTokens<Manifest> {
  readonly manifest: Manifest;
  readonly vocabulary: readonly string[];
}

/**
 * Checks the training part of a copy: sizes, the vocabulary in full, and of the tokens the first block, the last one and one by
 * chance; or every block.
 * @throws CellsmithError data.damaged
 */
export async function checkTrainTokens(
  folder: string,
  thoroughly = false,
): Promise<CheckedTokens<TextTrainManifest>> {
  const manifest = await parseManifest(folder, trainManifestSchema);
  return check(folder, manifest, [manifest.train, manifest.valid], thoroughly);
}

/** As `checkTrainTokens`, for the test part. */
export async function checkTestTokens(
  folder: string,
  thoroughly = false,
): Promise<CheckedTokens<TextTestManifest>> {
  const manifest = await parseManifest(folder, testManifestSchema);
  return check(folder, manifest, [manifest.test], thoroughly);
}

async function check<T extends TextTrainManifest | TextTestManifest>(
  folder: string,
  manifest: T,
  tokens: readonly z.infer<typeof tokensSchema>[],
  thoroughly: boolean,
): Promise<CheckedTokens<T>> {
  await checkBlocks(folder, manifest.vocabulary, manifest.vocabulary.blocks.keys());
  for (const { file } of tokens) {
    const last = file.blocks.length - 1;
    const chance = Math.floor(Math.random() * (last + 1)); // decides nothing but the check
    await checkBlocks(folder, file, thoroughly ? file.blocks.keys() : new Set([0, chance, last]));
  }
  const text = await readFile(join(folder, manifest.vocabulary.name), 'utf8');
  const vocabulary = vocabularySchema.parse(JSON.parse(text));
  if (vocabulary.length !== manifest.vocabularySize) {
    throw damagedCache(
      folder,
      `its vocabulary has ${vocabulary.length} entries instead of ${manifest.vocabularySize}`,
    );
  }
  return { manifest, vocabulary };
}

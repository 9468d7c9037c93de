import { join } from 'node:path';
import type { TextLevel } from '../../../src-shared/dataset/text-options';
import { CellsmithError } from '../../../src-shared/errors';
import { locateDataset, openLocated } from '../open';
import { recordTestUse } from '../test-uses';
import { checkTestTokens } from './copy/text-manifest';
import type { TextDatasetOptions } from './prepare-text';
import { copyText, ensureTextEntry, requireText } from './prepare-text';

/** The tokens of the test split. The paper reads them once, after the search (section 4.2). */
export interface TestTokens {
  /** Little-endian int32 [count], each in [0, vocabulary.length). */
  readonly testFile: string;
  readonly count: number;
  /** That of the training split. */
  readonly vocabulary: readonly string[];
  readonly level: TextLevel;
  readonly fingerprint: string;
}

/**
 * Opens the test split of a text, and records that it was opened and what for.
 * @param options.purpose what the test is for, as a user would say it ('final test of run 12')
 * @throws CellsmithError data.*, config.invalid, cancelled
 */
export async function openTestTokens(
  path: string,
  options: TextDatasetOptions & { readonly purpose: string },
): Promise<TestTokens> {
  const { folders, directory } = await ensureTextEntry(path, options);
  const { manifest, vocabulary } = await checkTestTokens(folders.test).catch(async (error: unknown) => {
    if (!(error instanceof CellsmithError) || error.code !== 'data.damaged') throw error;
    const located = await locateDataset(path, options);
    await copyText(path, located, requireText(await openLocated(located, options)), options);
    return checkTestTokens(folders.test);
  });
  const { test, reading, fingerprint } = manifest;
  const { level } = reading;
  await recordTestUse(directory, { purpose: options.purpose, fingerprint, level });
  return { testFile: join(folders.test, test.file.name), count: test.count, vocabulary, level, fingerprint };
}

import { appendFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type TextLevel, textLevelSchema } from '../../src-shared/dataset/text-options';
import { CellsmithError } from '../../src-shared/errors';
import { buildEntry } from './cache/build-entry';
import { cacheError } from './cache/cache-folder';
import { checkSplit } from './cache/manifest';
import { locateDataset, openDataset, openLocated } from './open';
import { defaultTestDraw, ensureEntry, type PrepareOptions, requireImages } from './prepare';
import { checkTestTokens } from './text/copy/text-manifest';
import { copyText, ensureTextEntry, requireText, type TextDatasetOptions } from './text/prepare-text';
import { systemCode } from './trees/file-errors';

/** The test split, decoded. The paper reads it once, after the search (section 4.1). */
export interface TestData {
  /** uint8 [count, side, side, 3], no header. */
  readonly imagesFile: string;
  /** Little-endian int32 [count]. */
  readonly labelsFile: string;
  readonly count: number;
  readonly side: number;
  readonly channels: 3;
  readonly classes: readonly string[];
  readonly fingerprint: string;
}

/**
 * Opens the test split of a data set, and records that it was opened and what for.
 * @param options.purpose what the test is for, as a user would say it ('final test of run 12')
 * @throws CellsmithError data.*, cancelled
 */
export async function openTestData(
  path: string,
  options: PrepareOptions & { readonly purpose: string },
): Promise<TestData> {
  const { folders, directory } = await ensureEntry(path, options);
  const manifest = await checkSplit(folders.test, 'test').catch(async (error: unknown) => {
    if (!(error instanceof CellsmithError) || error.code !== 'data.damaged') throw error;
    const { source } = requireImages(await openDataset(path, options));
    const draw = options.testDraw ?? defaultTestDraw;
    await buildEntry(source, options.side, draw, directory, options.signal, options.onProgress);
    return checkSplit(folders.test, 'test');
  });
  const { count, side, channels, classes, fingerprint } = manifest;
  await recordTestUse(directory, { purpose: options.purpose, fingerprint, side });
  return {
    imagesFile: join(folders.test, manifest.images.name),
    labelsFile: join(folders.test, manifest.labels.name),
    count,
    side,
    channels,
    classes,
    fingerprint,
  };
}

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

const testUseSchema = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  purpose: z.string(),
  fingerprint: z.string(),
  /** Pixels a side, of images. */
  side: z.int().optional(),
  /** Of a text. */
  level: textLevelSchema.optional(),
  pid: z.int(),
});
export type TestUse = z.infer<typeof testUseSchema>;

/** Records that a test split is opened. @throws CellsmithError data.cache-not-writable, and then it must stay closed */
async function recordTestUse(
  directory: string,
  use: Pick<TestUse, 'purpose' | 'fingerprint' | 'side' | 'level'>,
): Promise<void> {
  const record = usesFile(directory);
  const whole: TestUse = { at: Date.now(), ...use, pid: process.pid };
  await appendFile(record, `${JSON.stringify(whole)}\n`).catch((error: unknown) => {
    throw cacheError(error, dirname(record));
  });
}

/** Every opening of a test split of the data with this fingerprint, oldest first. */
export async function testUses(cacheDirectory: string, fingerprint: string): Promise<TestUse[]> {
  let text: string;
  try {
    text = await readFile(usesFile(cacheDirectory), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw cacheError(error, cacheDirectory);
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const parsed = testUseSchema.safeParse(parseJson(line));
      return parsed.success && parsed.data.fingerprint === fingerprint ? [parsed.data] : [];
    });
}

/** Next to the entries, not in them: the record survives a rebuild of the copy. */
function usesFile(directory: string): string {
  return join(directory, 'test-opened.jsonl');
}

/** A line truncated by a crash is skipped; the others are kept. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

import { appendFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import { cacheError } from './cache/cache-errors';
import { buildEntry } from './cache/build-entry';
import { checkSplit } from './cache/integrity';
import { openDataset } from './open';
import type { PrepareOptions } from './prepare';
import { defaultTestDraw, ensureEntry } from './prepare';
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

const testUseSchema = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  purpose: z.string(),
  fingerprint: z.string(),
  side: z.int(),
  pid: z.int(),
});
export type TestUse = z.infer<typeof testUseSchema>;

const recordName = 'opened.jsonl';

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
    const { source } = await openDataset(path, options);
    const draw = options.testDraw ?? defaultTestDraw;
    await buildEntry(source, options.side, draw, directory, options.signal, options.onProgress);
    return checkSplit(folders.test, 'test');
  });
  const { count, side, channels, classes, fingerprint } = manifest;
  const use: TestUse = { at: Date.now(), purpose: options.purpose, fingerprint, side, pid: process.pid };
  const record = usesFile(directory);
  await appendFile(record, `${JSON.stringify(use)}\n`).catch((error: unknown) => {
    throw cacheError(error, dirname(record));
  });
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

/** Beside the entries, not in them: the record outlives a copy that is made anew. */
function usesFile(directory: string): string {
  return join(directory, `test-${recordName}`);
}

/** A line that a crash cut off is no use on record, and no reason to lose the others. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

import { appendFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { textLevelSchema } from '../../src-shared/tasks/text/text-description';
import { cacheError } from './cache/cache-folder';
import { systemCode } from './trees/file-errors';

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
export async function recordTestUse(
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

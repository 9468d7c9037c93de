import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile, appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import type { DatasetDescription } from '../../../src-shared/tasks/data-kinds';
import type { Located } from '../trees/open-tree';
import { cacheError } from './cache-folder';
import { cacheFormat } from './manifest';
import { textLevelSchema } from '../../../src-shared/tasks/text/text-description';
import { systemCode } from '../trees/file-errors';

/**
 * Names a source in its present state: its path, and the sizes and times of its files. No file is opened for it.
 * @param reading what else the description depends on: how the data are read and split
 */
export function sourceKey(located: Located, reading: readonly unknown[]): string {
  const hash = createHash('sha256');
  hash.update(`${JSON.stringify([cacheFormat, located.location, ...reading])}\n`);
  for (const { path, size, modified } of located.files) hash.update(`${path}\0${size}\0${modified}\n`);
  return hash.digest('hex').slice(0, 40);
}

function fileOf(directory: string, key: string): string {
  return join(directory, 'sources', `${key}.json`);
}

/**
 * The recorded description of the source in this state; null when it was never read, or the record is damaged.
 * @param schema of the description of the kind that is wanted
 */
export async function recallSource<T>(
  directory: string,
  key: string,
  schema: z.ZodType<T>,
): Promise<T | null> {
  try {
    const text = await readFile(fileOf(directory, key), 'utf8');
    return z.strictObject({ format: z.literal(cacheFormat), description: schema }).parse(JSON.parse(text))
      .description;
  } catch {
    // Whatever is wrong with the record, reading the source again repairs it.
    return null;
  }
}

async function rememberSource(
  directory: string,
  key: string,
  description: DatasetDescription,
): Promise<void> {
  const file = fileOf(directory, key);
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(temporary, JSON.stringify({ format: cacheFormat, description }), { flush: true });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The description of a source, and the key of its state. */
interface Remembered {
  readonly directory: string;
  readonly key: string;
  readonly description: DatasetDescription;
}

/**
 * Records the description for the next time.
 * @param keyNow the key of the source's state after it was read
 * @throws CellsmithError data.changed when the files are not those that were listed before they were read
 */
export async function rememberUnchanged(
  { directory, key, description }: Remembered,
  keyNow: () => Promise<string>,
): Promise<void> {
  if ((await keyNow()) !== key) {
    throw new CellsmithError(
      'data.changed',
      `${description.location} was changed while it was read. Open it again when it is complete.`,
    );
  }
  await rememberSource(directory, key, description).catch((error: unknown) => {
    throw cacheError(error, directory);
  });
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
type TestUse = z.infer<typeof testUseSchema>;

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

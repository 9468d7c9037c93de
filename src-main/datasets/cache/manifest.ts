import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { datasetFormSchema } from '../../../src-shared/dataset/image-description';
import { CellsmithError } from '../../../src-shared/errors';
import { fileError, systemCode } from '../trees/file-errors';

/** Format version, raised when the order of records, the resizing or the layout changes. Older caches are rebuilt. */
export const cacheFormat = 1;

export const manifestName = 'dataset.json';

/** A file of the cache with its checksums. */
export const cachedFileSchema = z.strictObject({
  name: z.string().regex(/^[a-z-]+\.(bin|json)$/),
  bytes: z.int().min(0),
  /** SHA-256 of every block of `blockBytes`, the last one shorter. */
  blockBytes: z.int().min(1),
  blocks: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
});
export type CachedFile = z.infer<typeof cachedFileSchema>;

/** `dataset.json` of one split in the cache. */
const manifestSchema = z
  .strictObject({
    format: z.literal(cacheFormat),
    kind: z.literal('images'),
    split: z.enum(['train', 'test']),
    form: datasetFormSchema,
    fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
    classes: z.array(z.string()).min(2),
    count: z.int().min(1),
    perClass: z.array(z.int().min(0)),
    side: z.int().min(1),
    channels: z.literal(3),
    images: cachedFileSchema,
    labels: cachedFileSchema,
  })
  .refine(
    (m) => m.images.bytes === m.count * m.side * m.side * m.channels && m.labels.bytes === 4 * m.count,
    'sizes of files and number of images disagree',
  );
export type Manifest = z.infer<typeof manifestSchema>;

/** The error for an unusable cache; a caller that has the source rebuilds it. */
export function damagedCache(folder: string, why: string, cause?: unknown): CellsmithError {
  return new CellsmithError(
    'data.damaged',
    `The decoded copy in ${folder} cannot be used: ${why}. Open the data set again to rebuild it.`,
    { cause },
  );
}

/** @throws CellsmithError data.damaged when it is missing, or of an unknown version */
export async function readManifest(folder: string): Promise<Manifest> {
  return parseManifest(folder, manifestSchema);
}

/** As `readManifest`, for a manifest of any kind. */
export async function parseManifest<T>(folder: string, schema: z.ZodType<T>): Promise<T> {
  const file = join(folder, manifestName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw damagedCache(folder, `${manifestName} is missing`, error);
    throw fileError(error, file);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw damagedCache(folder, `${manifestName} is damaged or of another version`, error);
  }
}

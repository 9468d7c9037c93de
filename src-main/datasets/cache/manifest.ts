import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { datasetFormSchema } from '../../../src-shared/tasks/images/image-description';
import { type OnProgress, Progress } from '../open';
import { fileError, systemCode, throwIfCancelled } from '../trees/file-errors';
import { cachedFileSchema, checkBlocks, damagedCache } from './cached-file';

/** Format version, raised when the order of records, the resizing or the layout changes. Older caches are rebuilt. */
export const cacheFormat = 1;

export const manifestName = 'dataset.json';

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

/** @throws CellsmithError data.damaged when it is missing, or of an unknown version */
async function readManifest(folder: string): Promise<Manifest> {
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

/**
 * Checks one split of the cache in milliseconds: sizes exactly, labels in full, and of the pixels the first block, the last one
 * (where a power cut leaves zeros) and one by chance, so that rot is found over many starts.
 * @throws CellsmithError data.damaged
 */
export async function checkSplit(folder: string, split: Manifest['split']): Promise<Manifest> {
  const manifest = await readSplit(folder, split);
  const last = manifest.images.blocks.length - 1;
  // Which block is checked decides nothing but the check: it need not be repeatable.
  const chance = Math.floor(Math.random() * (last + 1));
  await checkBlocks(folder, manifest.labels, manifest.labels.blocks.keys());
  await checkBlocks(folder, manifest.images, new Set([0, chance, last]));
  return manifest;
}

/** Checks every byte of one split. @throws CellsmithError data.damaged, cancelled */
export async function checkSplitFully(
  folder: string,
  split: Manifest['split'],
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<Manifest> {
  const manifest = await readSplit(folder, split);
  const progress = new Progress(
    'checking',
    'bytes',
    manifest.images.bytes + manifest.labels.bytes,
    onProgress,
  );
  for (const file of [manifest.labels, manifest.images]) {
    await checkBlocks(folder, file, file.blocks.keys(), (bytes) => {
      throwIfCancelled(signal);
      progress.add(bytes);
    });
  }
  progress.finish();
  return manifest;
}

async function readSplit(folder: string, split: Manifest['split']): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest.split !== split) throw damagedCache(folder, `it is the ${manifest.split} split`);
  return manifest;
}

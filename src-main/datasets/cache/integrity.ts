import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnProgress } from '../reading/progress';
import { Progress } from '../reading/progress';
import { fileError, throwIfCancelled } from '../trees/file-errors';
import type { CachedFile, Manifest } from './manifest';
import { damagedCache, readManifest } from './manifest';

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

/** Compares blocks of a file, by their numbers, with their hashes. @throws CellsmithError data.damaged */
export async function checkBlocks(
  folder: string,
  file: CachedFile,
  blocks: Iterable<number>,
  onBlock: (bytes: number) => void = () => undefined,
): Promise<void> {
  const path = join(folder, file.name);
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw damagedCache(folder, `${file.name} cannot be opened`, fileError(error, path));
  }
  try {
    const { size } = await handle.stat();
    if (size !== file.bytes)
      throw damagedCache(folder, `${file.name} has ${size} bytes instead of ${file.bytes}`);
    const buffer = Buffer.alloc(Math.min(file.blockBytes, Math.max(file.bytes, 1)));
    for (const block of blocks) {
      const at = block * file.blockBytes;
      const length = Math.min(file.blockBytes, file.bytes - at);
      const { bytesRead } = await handle.read(buffer, 0, length, at);
      const found = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
      if (found !== file.blocks[block])
        throw damagedCache(folder, `${file.name} has changed near byte ${at}`);
      onBlock(length);
    }
  } finally {
    await handle.close();
  }
}

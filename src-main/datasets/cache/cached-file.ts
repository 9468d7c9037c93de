import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import { fileError } from '../trees/file-errors';

/** A file of the cache with its checksums. */
export const cachedFileSchema = z.strictObject({
  name: z.string().regex(/^[a-z-]+\.(bin|json)$/),
  bytes: z.int().min(0),
  /** SHA-256 of every block of `blockBytes`, the last one shorter. */
  blockBytes: z.int().min(1),
  blocks: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
});
export type CachedFile = z.infer<typeof cachedFileSchema>;

/** Blocks of at least 1 MiB, and at most about a thousand of them. */
function blockBytesFor(bytes: number): number {
  return Math.max(2 ** 20, Math.ceil(bytes / 1024));
}

/** Writes a file front to back and hashes it block by block on the way. */
export class HashedWriter {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #blockBytes: number;
  readonly #blocks: string[] = [];
  #hash: Hash = createHash('sha256');
  #inBlock = 0;
  #bytes = 0;

  private constructor(file: string, handle: FileHandle, blockBytes: number) {
    this.#file = file;
    this.#handle = handle;
    this.#blockBytes = blockBytes;
  }

  /** @param bytes how long the file will be */
  static async create(file: string, bytes: number): Promise<HashedWriter> {
    return new HashedWriter(file, await open(file, 'wx'), blockBytesFor(bytes));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + this.#blockBytes - this.#inBlock);
      this.#hash.update(piece);
      this.#inBlock += piece.length;
      at += piece.length;
      if (this.#inBlock === this.#blockBytes) this.#endBlock();
    }
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, at);
      at += bytesWritten;
    }
  }

  /** Writes everything to the disk and closes. */
  async finish(): Promise<CachedFile> {
    if (this.#inBlock > 0) this.#endBlock();
    await this.#handle.sync();
    await this.#handle.close();
    return {
      name: basename(this.#file),
      bytes: this.#bytes,
      blockBytes: this.#blockBytes,
      blocks: this.#blocks,
    };
  }

  /** Closes without more ado; harmless after `finish`. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
  }

  #endBlock(): void {
    this.#blocks.push(this.#hash.digest('hex'));
    this.#hash = createHash('sha256');
    this.#inBlock = 0;
  }
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

/** The error for an unusable cache; a caller that has the source rebuilds it. */
export function damagedCache(folder: string, why: string, cause?: unknown): CellsmithError {
  return new CellsmithError(
    'data.damaged',
    `The decoded copy in ${folder} cannot be used: ${why}. Open the data set again to rebuild it.`,
    { cause },
  );
}

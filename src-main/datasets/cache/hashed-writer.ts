import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CachedFile } from './manifest';

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

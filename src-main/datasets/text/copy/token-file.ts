import { readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

const buffered = 1 << 18;

/** Consecutive tokens of a token file. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** The tokens of a text by their numbers in the type table, on the disk: int32 in the machine's own byte order. */
export interface TokenFile {
  readonly count: number;
  append(number: number): void;
  /** Flushes the buffer; tokens may be read afterwards. */
  flush(): void;
  /** The tokens of a range in chunks, each valid until the next is requested. */
  pieces(range: TokenRange): Generator<Int32Array>;
  close(): Promise<void>;
}

/** @param file a name that is not taken yet */
export async function createTokenFile(file: string): Promise<TokenFile> {
  const handle: FileHandle = await open(file, 'wx+');
  const buffer = new Int32Array(buffered);
  let held = 0;
  let written = 0;
  const flush = (): void => {
    const bytes = new Uint8Array(buffer.buffer, 0, 4 * held);
    // at once: a token at a time cannot wait for a promise
    for (let at = 0; at < bytes.length;) {
      at += writeSync(handle.fd, bytes, at, bytes.length - at, 4 * written + at);
    }
    written += held;
    held = 0;
  };
  return {
    get count() {
      return written + held;
    },
    append: (number) => {
      buffer[held] = number;
      held += 1;
      if (held === buffered) flush();
    },
    flush,
    *pieces({ from, to }) {
      const piece = new Int32Array(Math.min(buffered, Math.max(0, to - from)));
      for (let start = from; start < to; start += piece.length) {
        const part = piece.subarray(0, Math.min(piece.length, to - start));
        const bytes = new Uint8Array(part.buffer, 0, 4 * part.length);
        for (let at = 0; at < bytes.length;) {
          const got = readSync(handle.fd, bytes, at, bytes.length - at, 4 * start + at);
          if (got === 0) throw new RangeError(`token ${start} is not in the file`);
          at += got;
        }
        yield part;
      }
    },
    close: () => handle.close(),
  };
}

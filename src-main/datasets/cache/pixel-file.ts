import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { PixelSink } from '../reading/read-source';

const buffered = 4 * 2 ** 20;

/** Resized images as they were read, on the disk: what the cache is arranged from. */
export interface PixelFile extends PixelSink {
  readonly recordBytes: number;
  /** Flushes the buffer; records may be read afterwards. */
  flush(): Promise<void>;
  /** Copies one record into `target`. At once, as one of thousands that lie in the system's memory. */
  readInto(row: number, target: Uint8Array): void;
  close(): Promise<void>;
}

/** @param file a name that is not taken yet */
export async function createPixelFile(file: string, side: number): Promise<PixelFile> {
  const handle: FileHandle = await open(file, 'wx+');
  const recordBytes = side * side * 3;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let written = Promise.resolve();
  const flush = (): Promise<void> => {
    const pieces = held;
    held = [];
    heldBytes = 0;
    // one write after the other keeps the order of the rows
    written = written.then(async () => {
      const bytes = Buffer.concat(pieces);
      for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
    });
    return written;
  };
  return {
    side,
    recordBytes,
    append: (pixels) => {
      if (pixels.length !== recordBytes) throw new RangeError(`an image of ${pixels.length} bytes`);
      held.push(pixels);
      heldBytes += pixels.length;
      return heldBytes >= buffered ? flush() : Promise.resolve();
    },
    flush,
    readInto: (row, target) => {
      for (let at = 0; at < recordBytes;) {
        const got = readSync(handle.fd, target, at, recordBytes - at, row * recordBytes + at);
        if (got === 0) throw new RangeError(`row ${row} is not in the file`);
        at += got;
      }
    },
    close: async () => {
      await written.catch(() => undefined);
      await handle.close();
    },
  };
}

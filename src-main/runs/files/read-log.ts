import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isOwnFile } from './own-files';

/** A piece of the log of a run. */
export interface LogPiece {
  readonly text: string;
  /** First byte and the byte after the last: the next piece starts there. */
  readonly from: number;
  readonly to: number;
}

/** Bytes read from the end at first, and at most per read. */
export const logPiece = 64 * 1024;

/**
 * Reads the log of a run, whole lines of it: its end, or what came after an earlier piece. A log that was rotated in between is
 * read from its beginning.
 * @param run absolute path of its folder
 * @param after `to` of the earlier piece; null for the end
 */
export function readLog(run: string, after: number | null): LogPiece {
  const path = join(run, 'log.txt');
  if (!isOwnFile(path)) return { text: '', from: 0, to: 0 };
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return { text: '', from: 0, to: 0 };
  }
  try {
    const { size } = fstatSync(file);
    const tail = Math.max(0, size - logPiece);
    const from = after === null ? tail : after > size ? 0 : Math.max(after, tail);
    const bytes = Buffer.alloc(Math.min(logPiece, size - from));
    const read = readSync(file, bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, read).lastIndexOf(0x0a) + 1;
    // A piece that begins in the middle of a line leaves it out.
    const skipped = from > 0 && from !== after ? bytes.subarray(0, end).indexOf(0x0a) + 1 : 0;
    return { text: bytes.toString('utf8', skipped, end), from: from + skipped, to: from + end };
  } finally {
    closeSync(file);
  }
}

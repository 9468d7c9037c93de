import { appendFileSync, renameSync, statSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isOwnFile } from './own-files';

/** The log of a run: output of trainers and TensorFlow, warnings, steps of the search. For people, not programs. */
export interface LogFile {
  /** Adds a line for each line of `text`, with the time and its source ('search', 'trainer 1', …). */
  write(source: string, text: string): void;
}

/**
 * Appends to `path`; when it has grown to `limit` bytes it becomes `<path>.1` (the one before that is dropped) and a new one begins.
 * Lines are written at once, so that a crash loses none. A full disk loses lines of the log, never the search.
 */
export function openLogFile(path: string, limit = 5_000_000): LogFile {
  let size = sizeOf(path);
  return {
    write: (source, text) => {
      const time = new Date().toISOString();
      const lines = text.split('\n').filter((line) => line.trim() !== '');
      if (lines.length === 0) return;
      const chunk = lines.map((line) => `${time} ${source}: ${line}\n`).join('');
      try {
        if (size + chunk.length > limit && size > 0) {
          renameSync(path, `${path}.1`);
          size = 0;
        }
        appendFileSync(path, chunk);
        size += Buffer.byteLength(chunk);
      } catch {
        size = sizeOf(path);
      }
    },
  };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** A piece of the log of a run. */
interface LogPiece {
  readonly text: string;
  /** First byte and the byte after the last: the next piece starts there. */
  readonly from: number;
  readonly to: number;
}

/** Bytes read from the end at first, and at most per read. */
export const logPiece = 64 * 1024;

/**
 * Reads whole lines of a run's log: its end, or what follows an earlier piece. A log that was rotated in between is
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

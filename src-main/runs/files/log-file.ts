import { appendFileSync, renameSync, statSync } from 'node:fs';

/** The log of a run: what trainers and TensorFlow say, warnings, what the search did. Not for reading by programs. */
export interface LogFile {
  /** Adds a line for each line of `text`, with the time and where it comes from ('search', 'trainer 1', …). */
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

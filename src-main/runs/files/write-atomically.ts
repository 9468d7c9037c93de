import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';

/**
 * Writes a file so that its path holds the old content or the new one at every moment, also across a power cut: to a temporary
 * name in the same folder, synced, renamed, and the folder synced.
 * @throws CellsmithError 'run.not-writable'
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = openSync(temporary, 'wx');
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw notWritable(path, error);
  }
}

/** Makes a rename within the folder survive a power cut. Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The error for a file or folder that cannot be written, with its reason. */
export function notWritable(path: string, error: unknown): CellsmithError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full; free some space and try again'
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'there is no permission to write; make the folder writable, or choose another one for new runs with --runs'
        : errorMessage(error);
  return new CellsmithError('run.not-writable', `${path} could not be written: ${reason}.`, { cause: error });
}

import { existsSync } from 'node:fs';
import { CellsmithError } from '../../src-shared/errors';
import { writeAtomically } from '../runs/files/write-atomically';

/**
 * Writes a file that the user has named: whole or not at all.
 * @param overwrite whether the file may be there already
 * @throws CellsmithError 'output.exists', 'output.not-writable'
 */
export function writeOutput(path: string, content: string | Uint8Array, overwrite: boolean): void {
  if (!overwrite && existsSync(path))
    throw new CellsmithError(
      'output.exists',
      `${path} already exists: name another file, or overwrite it with --force.`,
    );
  try {
    writeAtomically(path, content);
  } catch (error) {
    const { cause } = error as Error;
    throw new CellsmithError('output.not-writable', `${path} could not be written: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; free some space and try again';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'there is no permission to write; choose another folder';
    case 'ENOENT':
    case 'ENOTDIR':
      return 'its folder does not exist; make it, or choose another';
    case 'EISDIR':
      return 'it is a folder; name a file in it';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

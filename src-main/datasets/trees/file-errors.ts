import { CellsmithError, errorMessage } from '../../../src-shared/errors';

/** The system's code of an error ('ENOENT'), if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Converts a system error into one that says what to do. CellsmithErrors are returned unchanged. */
export function fileError(error: unknown, file: string): CellsmithError {
  if (error instanceof CellsmithError) return error;
  const cause = { cause: error };
  const code = systemCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CellsmithError('data.not-found', `${file} does not exist. Check the path.`, cause);
    case 'EACCES':
    case 'EPERM':
      return new CellsmithError(
        'data.not-readable',
        `You have no permission to read ${file}. Change its permissions, or copy the data to your own folder.`,
        cause,
      );
    case 'ELOOP':
      return new CellsmithError(
        'data.not-readable',
        `${file} is a link that leads to itself. Choose another path.`,
        cause,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new CellsmithError(
        'data.not-readable',
        `The system allows no more open files (at ${file}). Close other programs and try again.`,
        cause,
      );
    case undefined:
    default:
      return new CellsmithError(
        'data.not-readable',
        `${file} cannot be read: ${errorMessage(error)}. Check the disk, or copy the data to another one.`,
        cause,
      );
  }
}

/** @throws CellsmithError cancelled when the signal was given */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CellsmithError('cancelled', 'Reading the data set was cancelled.');
}

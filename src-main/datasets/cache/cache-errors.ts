import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { systemCode } from '../trees/file-errors';

/** Says why the cache cannot be written, and what to do. */
export function cacheError(error: unknown, directory: string): CellsmithError {
  if (error instanceof CellsmithError) return error;
  const code = systemCode(error);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const message = full
    ? `There is no room left for the decoded data set in ${directory}. Free some space there, or set XDG_CACHE_HOME to a folder on another disk.`
    : `The decoded data set cannot be written to ${directory}: ${errorMessage(error)}. Make the folder writable, or set XDG_CACHE_HOME to another one.`;
  return new CellsmithError('data.cache-not-writable', message, { cause: error });
}

import { logError } from '../app-log';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import type { Problem } from '../../../src-shared/ipc/problem-states';

/** Converts a thrown value to what is sent to the window; anything but a CellsmithError is a bug and is also logged. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CellsmithError) return { code: error.code, message: error.message };
  console.error(error);
  logError(error);
  return { code: 'internal', message: errorMessage(error) };
}

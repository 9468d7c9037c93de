import { logError } from '../app-log';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import type { Problem } from '../../../src-shared/ipc/problem-states';

/** What crosses to the window of a thrown value; what is no CellsmithError is a fault of the program and also goes to the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CellsmithError) return { code: error.code, message: error.message };
  console.error(error);
  logError(error);
  return { code: 'internal', message: errorMessage(error) };
}

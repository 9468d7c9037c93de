import { isAbsolute, resolve } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';

/** A path that the window has named, normalised. @throws CellsmithError 'internal' when it is a relative one */
export function absolute(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new CellsmithError('internal', `${path} is not an absolute path.`);
}

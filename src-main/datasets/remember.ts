import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { CellsmithError } from '../../src-shared/errors';
import { cacheError } from './cache/cache-errors';
import { rememberSource } from './cache/known-sources';

/** The description of a source, and the key of its state. */
export interface Remembered {
  readonly directory: string;
  readonly key: string;
  readonly description: DatasetDescription;
}

/**
 * Records the description for the next time.
 * @param keyNow the key of the source's state after it was read
 * @throws CellsmithError data.changed when the files are not those that were listed before they were read
 */
export async function rememberUnchanged(
  { directory, key, description }: Remembered,
  keyNow: () => Promise<string>,
): Promise<void> {
  if ((await keyNow()) !== key) {
    throw new CellsmithError(
      'data.changed',
      `${description.location} was changed while it was read. Open it again when it is complete.`,
    );
  }
  await rememberSource(directory, key, description).catch((error: unknown) => {
    throw cacheError(error, directory);
  });
}

import { CellsmithError } from '../../../../src-shared/errors';
import type { DataNeed } from '../../../../src-shared/tasks/data-kinds';
import type { PreparedData } from '../../../datasets/open';
import { contentOf } from '../wire/data-content';
import type { ChildJob } from '../wire/messages';

/** A data set of a worker: the name that its user gave it, where it is, and what it is. */
export interface HeldData {
  readonly name: string;
  readonly path: string;
  readonly fingerprint: string;
}

/** Makes sure of a copy of a data set as a child needs it. */
export type PrepareHeld = (need: DataNeed, path: string) => Promise<PreparedData>;

/**
 * Where the data of jobs are on this machine. Each is prepared once for each need.
 * @returns a function that gives the folder for a trainer
 * @throws CellsmithError (the function) 'queue.no-data' when the data here are not, or are no longer, what the job wants; data.*
 */
export function heldData(prepare: PrepareHeld): (held: HeldData, data: ChildJob['data']) => Promise<string> {
  const known = new Map<string, Promise<PreparedData>>();
  return async ({ name, path }, { fingerprint, content, need }) => {
    const key = JSON.stringify([path, need]);
    const preparing = known.get(key) ?? prepare(need, path);
    known.set(key, preparing);
    let prepared: PreparedData;
    try {
      prepared = await preparing;
    } catch (error) {
      known.delete(key);
      throw error;
    }
    if (prepared.description.fingerprint === fingerprint && contentOf(prepared.description) === content)
      return prepared.trainFolder;
    throw new CellsmithError(
      'queue.no-data',
      `${path} (${name}) is not, or no longer, what the search was begun with: the same files are read into something else here.`,
    );
  };
}

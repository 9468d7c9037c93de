import {
  commitCheckpoint,
  currentCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type CheckpointReference,
} from '../../runs/checkpoint';
import { readCopy, storeCopies } from '../../runs/tables/parameter-copies';
import type { SearchState } from '../search-state';

/** Writes the controller's state to a file that a transaction may then put in force. */
export function checkpointController({ run, strategy }: SearchState): CheckpointReference {
  const number = (currentCheckpoint(run.database)?.number ?? 0) + 1;
  return writeCheckpoint(run.folder, number, strategy.state());
}

/**
 * Puts a written state in force, with the parameters that replicas have fetched: part of the transaction that records what the controller did.
 * Those lie in the database, one row a version: in the file they would be written again at each step, once for each replica in flight.
 */
export function commitController({ run, strategy }: SearchState, reference: CheckpointReference): void {
  commitCheckpoint(run.database, reference);
  storeCopies(run.database, strategy.copies ?? new Map());
}

/** Brings the controller to where the tables say that it is; leaves it fresh when the run has not begun. */
export function restoreController({ run, strategy }: SearchState): void {
  const reference = currentCheckpoint(run.database);
  if (reference === undefined) return;
  strategy.restore(readCheckpoint(run.folder, reference), (version, length) =>
    readCopy(run.database, version, length),
  );
}

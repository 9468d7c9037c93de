import {
  currentCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type CheckpointReference,
} from '../runs/checkpoint';
import type { SearchState } from './search-state';

/** Writes the controller's state to a file that a transaction may then put in force. */
export function checkpointController({ run, strategy }: SearchState): CheckpointReference {
  const number = (currentCheckpoint(run.database)?.number ?? 0) + 1;
  return writeCheckpoint(run.folder, number, strategy.state());
}

/** Brings the controller to where the tables say that it is; leaves it fresh when the run has not begun. */
export function restoreController({ run, strategy }: SearchState): void {
  const reference = currentCheckpoint(run.database);
  if (reference !== undefined) strategy.restore(readCheckpoint(run.folder, reference));
}

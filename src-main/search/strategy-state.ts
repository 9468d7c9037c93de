import {
  commitCheckpoint,
  currentCheckpoint,
  readCheckpoint,
  writeCheckpoint,
  type CheckpointReference,
  readCopy,
  storeCopies,
} from '../runs/checkpoint';
import type { SearchState } from './search-state';
import { CellsmithError } from '../../src-shared/errors';
import type { Batch } from '../runs/tables/batches';
import { countProposals, readBatchTrials } from '../runs/tables/trials';

/** Writes the controller's state to a file, for a transaction to commit. */
export function checkpointController({ run, strategy }: SearchState): CheckpointReference {
  const number = (currentCheckpoint(run.database)?.number ?? 0) + 1;
  return writeCheckpoint(run.folder, number, strategy.state());
}

/**
 * Commits a written state and the parameters that replicas have fetched: part of the transaction that records the controller's step.
 * The parameters are rows of the database, one a version: in the file they would be rewritten at each step, once for each replica in flight.
 */
export function commitController({ run, strategy }: SearchState, reference: CheckpointReference): void {
  commitCheckpoint(run.database, reference);
  storeCopies(run.database, strategy.copies ?? new Map());
}

/** Restores the controller to the state that the tables name; leaves it fresh when the run has not begun. */
export function restoreController({ run, strategy }: SearchState): void {
  const reference = currentCheckpoint(run.database);
  if (reference === undefined) return;
  strategy.restore(readCheckpoint(run.folder, reference), (version, length) =>
    readCopy(run.database, version, length),
  );
}

/**
 * Checks that the tables of a run and the restored strategy agree: both are stored in one transaction, but
 * a run from elsewhere, or an edited one, may mix several.
 * @param open the batches that the controller has not learned from
 * @throws CellsmithError 'run.damaged'
 */
export function assertConsistentState({ run, strategy }: SearchState, open: readonly Batch[]): void {
  const { database, folder } = run;
  const differ = (what: string): CellsmithError =>
    new CellsmithError(
      'run.damaged',
      `The tables of ${folder} and the state of the strategy are inconsistent (${what}); restore the run from a copy.`,
    );
  if (countProposals(database) !== strategy.proposals) throw differ('the number of proposals');
  const awaited = strategy.awaited();
  const { lanes } = strategy.pace;
  if (lanes !== 'trainers' && open.some((batch) => batch.replica >= lanes)) throw differ('the replicas');
  for (const lane of new Set([...awaited.keys(), ...open.map((batch) => batch.replica)])) {
    const trials = open
      .filter((batch) => batch.replica === lane)
      .map((batch) => readBatchTrials(database, batch.number));
    const own = trials.flat();
    if (
      trials.length > 1 ||
      own.length !== (awaited.get(lane) ?? 0) ||
      own.some((trial) => trial.replica !== lane)
    )
      throw differ(`what replica ${lane + 1} awaits`);
  }
}

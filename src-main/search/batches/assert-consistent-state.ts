import { CellsmithError } from '../../../src-shared/errors';
import type { Batch } from '../../runs/tables/batches';
import { countProposals, readBatchTrials } from '../../runs/tables/trials';
import type { SearchState } from '../search-state';

/**
 * Makes sure that the tables of a run and the restored strategy agree: what they say is stored in one transaction, but
 * a run from elsewhere, or one that was edited, may hold parts of several.
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

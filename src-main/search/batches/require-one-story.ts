import { CellsmithError } from '../../../src-shared/errors';
import type { Batch } from '../../runs/tables/batches';
import { countProposals, readBatchTrials } from '../../runs/tables/trials';
import type { SearchState } from '../search-state';

/**
 * Makes sure that the tables of a run and the restored controller tell of the same search: what they say is stored in one transaction, but
 * a run from elsewhere, or one that was edited, may hold parts of several.
 * @param open the batches that the controller has not learned from
 * @throws CellsmithError 'run.damaged'
 */
export function requireOneStory({ run, strategy }: SearchState, open: readonly Batch[]): void {
  const { database, folder } = run;
  const differ = (what: string): CellsmithError =>
    new CellsmithError(
      'run.damaged',
      `The tables of ${folder} and the controller's state contradict each other (${what}); restore the run from a copy.`,
    );
  if (countProposals(database) !== strategy.proposals) throw differ('the number of proposals');
  for (let replica = 0; replica < strategy.replicas; replica++) {
    const trials = open
      .filter((batch) => batch.replica === replica)
      .map((batch) => readBatchTrials(database, batch.number));
    const awaited = strategy.awaited(replica);
    const own = trials.flat();
    if (trials.length > 1 || own.length !== awaited || own.some((trial) => trial.replica !== replica))
      throw differ(`what replica ${replica + 1} awaits`);
  }
  if (open.some((batch) => batch.replica >= strategy.replicas)) throw differ('the replicas');
}

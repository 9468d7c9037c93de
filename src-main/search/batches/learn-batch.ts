import type { ControllerUpdate } from '../../../src-shared/run/run-event';
import type { Trial } from '../../../src-shared/run/trial';
import { pruneCheckpoints } from '../../runs/checkpoint';
import { markLearned, type Batch } from '../../runs/tables/batches';
import { insertProbabilities, insertUpdate } from '../../runs/tables/updates';
import { checkpointController, commitController } from './checkpoint-controller';
import { record, type SearchState } from '../search-state';

/**
 * Lets the strategy learn from a batch whose trials have all ended, and stores what it did, with the resulting state, in
 * one transaction.
 * @param trials in the order of their proposals, regardless of the order in which they ended
 */
export function learnBatch(state: SearchState, batch: Batch, trials: readonly Trial[]): void {
  const { strategy, run } = state;
  const results = trials.map((trial) => ({
    proposal: { lane: trial.replica, depth: trial.depth, decisions: trial.decisions },
    reward: trial.reward ?? 0,
  }));
  const { number, meanReward, diagnostics, probabilities } = strategy.tell(results);
  const update: ControllerUpdate = {
    number,
    replica: batch.replica,
    trials: trials.map((trial) => trial.number),
    meanReward,
    diagnostics,
  };
  const checkpoint = checkpointController(state);
  const at = state.clock();
  record(state, { type: 'controllerUpdated', update, at }, () => {
    markLearned(run.database, batch.number);
    insertUpdate(run.database, update, batch.number, at);
    if (probabilities.length > 0) insertProbabilities(run.database, number, probabilities);
    commitController(state, checkpoint);
  });
  state.stopping.changed();
  pruneCheckpoints(run.folder, checkpoint);
}

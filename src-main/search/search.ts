import { hostname } from 'node:os';
import { errorMessage } from '../../src-shared/errors';
import type { RunOutcome } from '../../src-shared/run/run-event';
import { currentCheckpoint, pruneCheckpoints } from '../runs/checkpoint';
import { readBatchTrials, readBestTrials, markInterrupted } from '../runs/tables/trials';
import { readOpenBatches, type Batch } from '../runs/tables/batches';
import { activeTime, endSession, insertSession } from '../runs/tables/sessions';
import { pruneWeights } from '../runs/weights';
import { restoreController } from './checkpoint-controller';
import { learnBatch } from './learn-batch';
import { proposeBatch } from './propose-batch';
import { createState, fail, record, type SearchParts, type SearchState } from './search-state';
import { settleTrial } from './settle-trial';

/**
 * Runs the search of a run folder from where it stands until its budget is used up or it is stopped: each replica of the controller
 * proposes a batch, has its children trained, learns from their rewards, and proposes the next (paper section 3.2).
 *
 * **Killed at any moment, it goes on as if it had not been.** The tables alone say how far the search is; each step is one
 * transaction, and the controller's file is named by the transaction that it belongs to:
 * 1. *Propose*: the controller's state after proposing is written to a new file and synced; then one transaction stores the batch,
 *    its trials and the file's name. Killed before the transaction: the file is a leftover, the controller is restored from the
 *    one before and proposes the same again, since its generators are part of its state. Killed after it: the proposals
 *    are in the tables and are trained, not sampled again.
 * 2. *Train*: a trial is written when it starts, at each epoch and when it ends, and its weights before it ends. Killed in between: a
 *    trial without a reward is trained again from its start, with the seed that its number gives it, and its epochs are replaced.
 * 3. *Learn*: only when all trials of a batch have ended, from the stored decisions and rewards in the order of the proposals. The
 *    state after it is written to a new file; one transaction marks the batch as learned and stores the update and the file's
 *    name. Killed before it: the batch is learned from again with the same result. Killed after it: it never is.
 * So with one replica every decision, reward and update is that of an uninterrupted search, as far as trainers repeat their results.
 * With several replicas the order of their updates is decided by who is ready first, as in the paper.
 *
 * @returns 'finished' or 'stopped'
 * @throws what broke, after the run was marked 'failed': a CellsmithError of the trainers, of the store, or 'child.*' when
 * no child could be trained
 */
export async function runSearch(parts: SearchParts): Promise<RunOutcome> {
  const state = createState(parts);
  const { run, stop, software } = state;
  const { database } = run;
  const startedAt = state.clock();
  const session = insertSession(database, { startedAt, host: hostname(), pid: process.pid, software });
  const stopNow = (): void => state.halt.abort();
  const stopAfterEpoch = (): void => state.pool.stopAfterEpoch();
  stop.now.addEventListener('abort', stopNow);
  stop.afterEpoch.addEventListener('abort', stopAfterEpoch);
  try {
    const { hours } = run.manifest.config.budget;
    if (hours !== null) state.deadline = startedAt + hours * 3_600_000 - activeTime(database, session);
    const resumed = session > 1;
    record(
      state,
      { type: 'runStarted', runId: run.manifest.id, folder: run.folder, resumed, at: startedAt },
      () => markInterrupted(database),
    );
    run.log.write('search', `${resumed ? 'resumed' : 'started'} by process ${process.pid}`);
    clearLeftovers(state);
    restoreController(state);
    const open = readOpenBatches(database);
    const replicas = Array.from({ length: state.strategy.replicas }, (_, replica) => replica);
    await Promise.all(
      replicas.map((replica) =>
        runReplica(
          state,
          replica,
          open.find((batch) => batch.replica === replica),
        ),
      ),
    );
  } catch (error) {
    fail(state, error);
  } finally {
    stop.now.removeEventListener('abort', stopNow);
    stop.afterEpoch.removeEventListener('abort', stopAfterEpoch);
  }
  return end(state, session);
}

/** Files of steps that were not completed: they count for nothing. */
function clearLeftovers({ run, training }: SearchState): void {
  pruneCheckpoints(run.folder, currentCheckpoint(run.database));
  pruneWeights(run.folder, readBestTrials(run.database, run.manifest.config.keepBest), training);
}

/** One replica's part of the search; ends early, leaving its batch open, when a trial of it is left without a reward. */
async function runReplica(state: SearchState, replica: number, open: Batch | undefined): Promise<void> {
  try {
    let batch = open ?? proposeBatch(state, replica);
    while (batch !== undefined) {
      const proposed = readBatchTrials(state.run.database, batch.number);
      const trials = await Promise.all(proposed.map((trial) => settleTrial(state, trial)));
      if (trials.some((trial) => trial.reward === null)) return;
      learnBatch(state, batch, trials);
      batch = proposeBatch(state, replica);
    }
  } catch (error) {
    fail(state, error);
  }
}

function end(state: SearchState, session: number): RunOutcome {
  const { stop, failure, run } = state;
  const stopped = stop.now.aborted || stop.afterEpoch.aborted;
  const outcome = failure !== undefined ? 'failed' : stopped ? 'stopped' : 'finished';
  const message = failure === undefined ? null : errorMessage(failure);
  const at = state.clock();
  try {
    record(state, { type: 'runEnded', outcome, message, at }, () =>
      endSession(run.database, session, { at, outcome, message }),
    );
    run.log.write('search', `ended: ${outcome}${message === null ? '' : `, ${message}`}`);
  } catch (error) {
    // The store itself may be what broke.
    fail(state, error);
  }
  if (state.failure !== undefined) throw state.failure as Error;
  return outcome;
}

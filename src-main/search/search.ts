import { hostname } from 'node:os';
import { errorMessage } from '../../src-shared/errors';
import type { RunOutcome } from '../../src-shared/run/run-event';
import type { Trial } from '../../src-shared/run/trial';
import { amendRun } from '../runs/run-folder';
import { currentCheckpoint, pruneCheckpoints } from '../runs/checkpoint';
import {
  markInterrupted,
  readAwaitedRetries,
  readBestTrials,
  readTrials,
  readUnfinished,
  updateTrial,
} from '../runs/tables/trials';
import { readOpenBatches, type Batch } from '../runs/tables/batches';
import { activeTime, endSession, insertSession, readLastSession } from '../runs/tables/sessions';
import { pruneChildCheckpoints, pruneWeights } from '../runs/child-files';
import { restoreController, assertConsistentState } from './strategy-state';
import {
  continueSearch,
  pauseSearch,
  createState,
  fail,
  isEnding,
  isHalting,
  record,
  type SearchParts,
  type SearchState,
  notTraining,
  type SearchControl,
} from './search-state';
import { laneCount, runLane, runRounds } from './lanes';
import { failuresOf, keepsFailedCheckpoints, toRetry } from './retry-failures';
import { settleTrial } from './train-trial';

/**
 * Runs or resumes the search of a run folder until its budget is used up or it is stopped: each lane of the strategy
 * (a replica of the controller, paper section 3.2) proposes a batch, has its children trained, receives their rewards, and proposes the
 * next.
 *
 * **Killed at any moment, it resumes as if uninterrupted.** The tables alone define its progress; each step is one
 * transaction, which names the file of the strategy's state that belongs to it:
 * 1. *Propose*: the strategy's state after proposing is written to a new file and synced; then one transaction stores the batch,
 *    its trials and the file's name. Killed before the transaction: the file is a leftover, the strategy is restored from the
 *    previous one and proposes the same again, since its generators are part of its state. Killed after it: the proposals
 *    are in the tables and are trained, not sampled again.
 * 2. *Train*: a trial is written when it starts, at each epoch and when it ends, and its weights before it ends. Its trainer saves a
 *    checkpoint before it reports an epoch. Killed in between: a trial without a reward resumes from its last checkpoint, or
 *    starts over with the seed derived from its number, and keeps only the epochs before that.
 * 3. *Tell*: only when all trials of a batch have ended, from the stored decisions and rewards in the order of the proposals. The
 *    state after it is written to a new file; one transaction marks the batch as learned and stores the update and the file's
 *    name. Killed before it: the strategy learns from the batch again with the same result. Killed after it: it does not.
 * So with one lane every decision, reward and update is that of an uninterrupted search, as far as training is reproducible.
 * With several lanes updates come in the order in which batches complete, as in the paper, or in the order of the lanes when they
 * run in step (lanes.ts).
 *
 * @returns 'finished' or 'stopped'
 * @throws after the run was marked 'failed': a CellsmithError of the trainers or the store, or 'child.*' when
 * no child could be trained
 */
export async function runSearch(parts: SearchParts): Promise<RunOutcome> {
  const state = createState(parts);
  const { run, stop, software } = state;
  const { database } = run;
  const startedAt = state.clock();
  const before = readLastSession(database)?.outcome ?? 'stopped';
  state.session = insertSession(database, { startedAt, host: hostname(), pid: process.pid, software });
  // Stopping a paused search releases its children, so that they can end.
  const release = (): void => {
    try {
      continueSearch(state);
    } catch (error) {
      fail(state, error);
    }
  };
  const stopNow = (): void => {
    state.halt.abort();
    release();
  };
  const stopAfterEpoch = (): void => {
    state.pool.stopAfterEpoch();
    release();
  };
  stop.now.addEventListener('abort', stopNow);
  stop.afterEpoch.addEventListener('abort', stopAfterEpoch);
  try {
    state.timeLeft = clockOfBudget(state, startedAt);
    const resumed = state.session > 1;
    record(
      state,
      { type: 'runStarted', runId: run.manifest.id, folder: run.folder, resumed, at: startedAt },
      () => markInterrupted(database),
    );
    run.log.write('search', `${resumed ? 'resumed' : 'started'} by process ${process.pid}`);
    clearLeftovers(state);
    if (parts.evaluatesOnly !== true) {
      beginTraining(state);
      parts.onBegin?.(controlOf(state));
      while (state.work.size > 0) await Promise.all(state.work);
    }
    if (!isHalting(state)) await parts.evaluate?.(state);
    // Children that its user has retried meanwhile.
    while (state.work.size > 0) await Promise.all(state.work);
  } catch (error) {
    fail(state, error);
  } finally {
    stop.now.removeEventListener('abort', stopNow);
    stop.afterEpoch.removeEventListener('abort', stopAfterEpoch);
  }
  return end(state, parts.evaluatesOnly === true ? before : 'finished');
}

/** Continues from what the tables say, with open batches and awaited retries first. */
function beginTraining(state: SearchState): void {
  const { database } = state.run;
  restoreController(state);
  const open = readOpenBatches(database);
  assertConsistentState(state, open);
  startLanes(state, open);
  // New trainers take children of lanes that had none.
  if (state.strategy.pace.lanes === 'trainers')
    state.pool.onResize?.(() => {
      if (!isEnding(state)) startLanes(state, []);
    });
  for (const trial of readAwaitedRetries(database)) retrain(state, trial);
}

/** Milliseconds left of the budget's hours, over all sessions and without pauses. */
function clockOfBudget(state: SearchState, startedAt: number): () => number {
  const before = activeTime(state.run.database, state.session);
  return () => {
    const { hours } = state.run.manifest.config.budget;
    if (hours === null) return Infinity;
    const now = state.pause.since ?? state.clock();
    return hours * 3_600_000 - before - (now - startedAt - state.pause.total);
  };
}

/** Removes the files of steps that were not committed. */
function clearLeftovers({ run, training }: SearchState): void {
  pruneCheckpoints(run.folder, currentCheckpoint(run.database));
  const failed = keepsFailedCheckpoints(run.manifest.config)
    ? readTrials(run.database).filter(({ state }) => state === 'failed')
    : [];
  pruneChildCheckpoints(
    run.folder,
    new Set([...readUnfinished(run.database), ...failed.map(({ number }) => number)]),
  );
  pruneWeights(
    run.folder,
    readBestTrials(run.database, run.manifest.config.keepBest),
    new Set(training.keys()),
  );
}

/** Starts every idle lane, with its open batch or a new one. */
function startLanes(state: SearchState, open: readonly Batch[]): void {
  if (state.strategy.pace.inStep) {
    start(state, 0, () => runRounds(state, open));
    return;
  }
  const all = Array.from({ length: laneCount(state) }, (_, lane) => lane);
  for (const lane of new Set([...all, ...open.map((batch) => batch.replica)]))
    start(state, lane, () =>
      runLane(
        state,
        lane,
        open.find((batch) => batch.replica === lane),
      ),
    );
}

/** Starts a lane, or all in step, unless it is running. */
function start(state: SearchState, lane: number, work: () => Promise<void>): void {
  if (state.lanes.has(lane)) return;
  state.lanes.add(lane);
  addWork(
    state,
    work()
      .catch((error: unknown) => fail(state, error))
      .finally(() => state.lanes.delete(lane)),
  );
}

function addWork(state: SearchState, work: Promise<unknown>): void {
  const done: Promise<void> = work.then(() => void state.work.delete(done));
  state.work.add(done);
}

function retrain(state: SearchState, trial: Trial): void {
  addWork(state, settleTrial(state, trial));
}

function controlOf(state: SearchState): SearchControl {
  return {
    pause: () => pauseSearch(state),
    resume: () => continueSearch(state),
    stopChild: (trial) => {
      const own = state.training.get(trial);
      if (own === undefined) throw notTraining(trial);
      own.abort();
    },
    retry: (request) => {
      const { database } = state.run;
      const at = state.clock();
      return failuresOf(database, request).map((failed) => {
        const waiting = toRetry(failed);
        record(state, { type: 'trialRetried', trial: waiting, at }, () => updateTrial(database, waiting));
        retrain(state, waiting);
        return waiting.number;
      });
    },
    extend: (budget) => {
      const { trainers } = state.run.manifest.config;
      state.run = amendRun(state.run, { budget, trainers });
      // Lanes that had reached the budget may propose again.
      if (!isHalting(state)) startLanes(state, []);
      return state.run;
    },
  };
}

/** @param otherwise how it ended unless it was stopped or failed */
function end(state: SearchState, otherwise: RunOutcome): RunOutcome {
  const { stop, failure, run, session } = state;
  const stopped = stop.now.aborted || stop.afterEpoch.aborted;
  const outcome = failure !== undefined ? 'failed' : stopped ? 'stopped' : otherwise;
  const message = failure === undefined ? null : errorMessage(failure);
  const at = state.clock();
  try {
    continueSearch(state);
    record(state, { type: 'runEnded', outcome, message, at }, () =>
      endSession(run.database, session, { at, outcome, message }),
    );
    run.log.write('search', `ended: ${outcome}${message === null ? '' : `, ${message}`}`);
  } catch (error) {
    // The store itself may have failed.
    fail(state, error);
  }
  if (state.failure !== undefined) throw state.failure as Error;
  return outcome;
}

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
  readUnfinished,
  updateTrial,
} from '../runs/tables/trials';
import { readOpenBatches, type Batch } from '../runs/tables/batches';
import { activeTime, endSession, insertSession } from '../runs/tables/sessions';
import { pruneChildCheckpoints } from '../runs/child-checkpoints';
import { pruneWeights } from '../runs/weights';
import { restoreController } from './batches/checkpoint-controller';
import { continueSearch, pauseSearch } from './control/pause-search';
import { assertConsistentState } from './batches/assert-consistent-state';
import { laneCount, runLane, runRounds } from './batches/run-lanes';
import {
  createState,
  fail,
  isEnding,
  isHalting,
  record,
  type SearchParts,
  type SearchState,
} from './search-state';
import { failuresOf, toRetry } from './trials/retry-failures';
import { notTraining, type SearchControl } from './control/search-control';
import { settleTrial } from './trials/settle-trial';

/**
 * Runs or resumes the search of a run folder until its budget is used up or it is stopped: each lane of the strategy
 * (a replica of the controller, paper section 3.2) proposes a batch, has its children trained, receives their rewards, and proposes the
 * next.
 *
 * **Killed at any moment, it resumes as if uninterrupted.** The tables alone define its progress; each step is one
 * transaction, and the file of the strategy's state is named by the transaction that it belongs to:
 * 1. *Propose*: the strategy's state after proposing is written to a new file and synced; then one transaction stores the batch,
 *    its trials and the file's name. Killed before the transaction: the file is a leftover, the strategy is restored from the
 *    one before and proposes the same again, since its generators are part of its state. Killed after it: the proposals
 *    are in the tables and are trained, not sampled again.
 * 2. *Train*: a trial is written when it starts, at each epoch and when it ends, and its weights before it ends. Its trainer keeps the
 *    child's state before it reports an epoch. Killed in between: a trial without a reward is trained on from the epoch that was kept
 *    last, or from its start with the seed that its number gives it, and has the epochs from before that alone.
 * 3. *Tell*: only when all trials of a batch have ended, from the stored decisions and rewards in the order of the proposals. The
 *    state after it is written to a new file; one transaction marks the batch as learned and stores the update and the file's
 *    name. Killed before it: the batch is learned from again with the same result. Killed after it: it never is.
 * So with one lane every decision, reward and update is that of an uninterrupted search, as far as trainers repeat their results.
 * With several lanes the order of their updates is decided by which is ready first, as in the paper, or is that of the lanes, when they
 * run in step (run-lanes.ts).
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
  state.session = insertSession(database, { startedAt, host: hostname(), pid: process.pid, software });
  // Who ends a paused search does not want it to stay paused: its children are let go, and end.
  const goOn = (): void => {
    try {
      continueSearch(state);
    } catch (error) {
      fail(state, error);
    }
  };
  const stopNow = (): void => {
    state.halt.abort();
    goOn();
  };
  const stopAfterEpoch = (): void => {
    state.pool.stopAfterEpoch();
    goOn();
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
    restoreController(state);
    const open = readOpenBatches(database);
    assertConsistentState(state, open);
    startLanes(state, open);
    // Trainers that come take children of lanes that there were none for.
    if (state.strategy.pace.lanes === 'trainers')
      state.pool.onResize?.(() => {
        if (!isEnding(state)) startLanes(state, []);
      });
    for (const trial of readAwaitedRetries(database)) trainAgain(state, trial);
    parts.onBegin?.(controlOf(state));
    while (state.work.size > 0) await Promise.all(state.work);
  } catch (error) {
    fail(state, error);
  } finally {
    stop.now.removeEventListener('abort', stopNow);
    stop.afterEpoch.removeEventListener('abort', stopAfterEpoch);
  }
  return end(state);
}

/** Milliseconds that are left of the budget's hours, counted over all sessions and without pauses. */
function clockOfBudget(state: SearchState, startedAt: number): () => number {
  const before = activeTime(state.run.database, state.session);
  return () => {
    const { hours } = state.run.manifest.config.budget;
    if (hours === null) return Infinity;
    const now = state.pause.since ?? state.clock();
    return hours * 3_600_000 - before - (now - startedAt - state.pause.total);
  };
}

/** Files of steps that were not completed: they count for nothing. */
function clearLeftovers({ run, training }: SearchState): void {
  pruneCheckpoints(run.folder, currentCheckpoint(run.database));
  pruneChildCheckpoints(run.folder, new Set(readUnfinished(run.database)));
  pruneWeights(
    run.folder,
    readBestTrials(run.database, run.manifest.config.keepBest),
    new Set(training.keys()),
  );
}

/** Starts every lane that is not at work, with its open batch or a new one. */
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

function trainAgain(state: SearchState, trial: Trial): void {
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
        trainAgain(state, waiting);
        return waiting.number;
      });
    },
    extend: (budget) => {
      const { trainers } = state.run.manifest.config;
      state.run = amendRun(state.run, { budget, trainers });
      // Lanes that had nothing left to propose may have something now.
      if (!isHalting(state)) startLanes(state, []);
      return state.run;
    },
  };
}

function end(state: SearchState): RunOutcome {
  const { stop, failure, run, session } = state;
  const stopped = stop.now.aborted || stop.afterEpoch.aborted;
  const outcome = failure !== undefined ? 'failed' : stopped ? 'stopped' : 'finished';
  const message = failure === undefined ? null : errorMessage(failure);
  const at = state.clock();
  try {
    continueSearch(state);
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

import type { ChildResult } from '../../src-shared/run/child-event';
import { outcomeOf } from '../../src-shared/run/metric';
import type { Trial, FailureReason } from '../../src-shared/run/trial';
import { recipeOfChild } from '../../src-shared/tasks/searched';
import { removeChildCheckpoint, pruneWeights } from '../runs/child-files';
import { readBestTrials, updateTrial, countOutcomes, readLastTrained } from '../runs/tables/trials';
import type { Ending } from './early-stopping';
import { keepsFailedCheckpoints } from './retry-failures';
import { fail, record, type SearchState } from './search-state';
import { CellsmithError, type ErrorCode } from '../../src-shared/errors';
import type { Database } from '../runs/sqlite/database';

/** Stores the outcome of a child: its reward, the reason for its failure, or that it was interrupted. */
export function concludeTrial(state: SearchState, trial: Trial, result: ChildResult): Trial {
  const { database, manifest } = state.run;
  const { budget } = manifest.config;
  const recipe = recipeOfChild(manifest.config, trial.decisions);
  const at = state.clock();
  const { measure } = outcomeOf(result.epochs, recipe);
  if (result.outcome === 'failed') {
    const ended = recordFailure(state, trial, { reason: result.reason, message: result.message });
    const reason = reasonToGiveUp(database, budget.children);
    if (reason !== undefined) fail(state, reason);
    return ended;
  }
  const whole = result.outcome === 'completed' && (!result.stopped || result.epochs.length >= recipe.epochs);
  if (!whole) {
    // Its epochs stay visible. The controller needs the final reward: a resumed search then takes the same course.
    const interrupted: Trial = { ...trial, state: 'interrupted', measure, endedAt: at };
    record(state, { type: 'trialInterrupted', trial: interrupted, at }, () =>
      updateTrial(database, interrupted),
    );
    return interrupted;
  }
  return recordCompletion(state, { ...trial, endedAt: at }, result);
}

/**
 * Stores a child that the user has stopped: with at least one epoch, its reward is that of its epochs, so that
 * the controller need not wait for it; otherwise it has failed.
 */
export function concludeEnded(state: SearchState, trial: Trial, result: ChildResult): Trial {
  state.run.log.write('search', `child ${trial.number} was stopped by the user`);
  if (result.epochs.length === 0)
    return recordFailure(state, trial, {
      reason: 'stopped',
      message: 'Stopped by you before its first epoch was complete.',
    });
  return recordCompletion(state, { ...trial, endedBy: 'user', endedAt: state.clock() }, result);
}

/** Stores a child that the early-stopping rule has ended: its reward is that of its epochs up to then. */
export function concludeUnpromising(
  state: SearchState,
  trial: Trial,
  result: ChildResult,
  ending: Ending,
): Trial {
  const epochs = result.epochs.slice(0, ending.epochs);
  state.run.log.write(
    'search',
    `child ${trial.number} is stopped early after epoch ${ending.epochs}: ${ending.reason}`,
  );
  return recordCompletion(
    state,
    { ...trial, endedBy: 'rule', endedAt: state.clock() },
    { ...result, epochs },
  );
}

function recordCompletion(state: SearchState, trial: Trial, { epochs }: ChildResult): Trial {
  const { database, manifest, folder } = state.run;
  const { config } = manifest;
  const recipe = recipeOfChild(config, trial.decisions);
  const ended: Trial = { ...trial, state: 'completed', ...outcomeOf(epochs, recipe) };
  const at = ended.endedAt ?? state.clock();
  record(state, { type: 'trialCompleted', trial: ended, at }, () => updateTrial(database, ended));
  // A retried child may belong to a batch that the strategy has learned from.
  state.stopping.changed();
  removeChildCheckpoint(folder, ended.number);
  pruneWeights(folder, readBestTrials(database, config.keepBest), new Set(state.training.keys()));
  return ended;
}

function recordFailure(state: SearchState, trial: Trial, failure: NonNullable<Trial['failure']>): Trial {
  const at = state.clock();
  const ended: Trial = {
    ...trial,
    state: 'failed',
    reward: 0,
    measure: null,
    failure,
    endedAt: at,
  };
  record(state, { type: 'trialFailed', trial: ended, ...failure, at }, () =>
    updateTrial(state.run.database, ended),
  );
  const { folder, manifest } = state.run;
  if (!keepsFailedCheckpoints(manifest.config)) removeChildCheckpoint(folder, trial.number);
  state.run.log.write('search', `child ${trial.number} failed (${failure.reason}): ${failure.message}`);
  return ended;
}

/** The search is given up when this many first children fail for one reason. */
const firstFailures = 8;
/** The search is given up when this many children in a row are lost to the machine (not to their architecture). */
const machineFailures = 16;

const codes: Record<FailureReason, ErrorCode> = {
  crashed: 'child.crashed',
  outOfMemory: 'child.out-of-memory',
  diverged: 'child.diverged',
  timeLimit: 'child.time-limit',
  invalid: 'architecture.invalid',
  error: 'child.failed',
  silent: 'child.crashed',
  stopped: 'child.failed',
};

/**
 * Whether continuing would only record more failures: none has ever succeeded and all failed for the same reason, or the machine is
 * broken (a lost GPU), which would teach the controller thousands of rewards of 0. Occasional failures do
 * not end a search.
 * @param children the budget's number of children; a smaller search is given up after that many failures
 * @returns the error for the user, or undefined
 */
function reasonToGiveUp(database: Database, children: number | null): CellsmithError | undefined {
  const last = readLastTrained(database, machineFailures);
  const [newest] = last;
  if (newest === undefined || newest.failure === null || newest.failure.reason === 'stopped')
    return undefined;
  const outcomes = countOutcomes(database);
  const [only] = outcomes;
  const patience = Math.min(firstFailures, children ?? firstFailures);
  if (outcomes.length === 1 && only !== undefined && only.trials >= patience)
    return giveUp(
      newest,
      only.trials === 1 ? 'The only child failed' : `All ${only.trials} children failed for the same reason`,
    );
  if (last.length === machineFailures && last.every(isMachineFailure))
    return giveUp(newest, `The last ${machineFailures} children failed`);
  return undefined;
}

function isMachineFailure(trial: Trial): boolean {
  return trial.failure !== null && ['crashed', 'error', 'silent'].includes(trial.failure.reason);
}

function giveUp(trial: Trial, what: string): CellsmithError {
  const { reason, message } = trial.failure ?? { reason: 'error', message: '' };
  return new CellsmithError(
    codes[reason],
    `${what}, so the search was ended. The last one: ${message} See the log of the run (log.txt).`,
  );
}

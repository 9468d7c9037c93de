import type { ChildResult } from '../../../src-shared/run/child-event';
import { outcomeOf } from '../../../src-shared/run/reward';
import type { Trial } from '../../../src-shared/run/trial';
import { removeChildCheckpoint } from '../../runs/child-checkpoints';
import { readBestTrials, updateTrial } from '../../runs/tables/trials';
import { pruneWeights } from '../../runs/weights';
import type { Ending } from './early-stopping';
import { reasonToGiveUp } from './give-up';
import { fail, record, type SearchState } from '../search-state';

/** Stores how a child ended: its reward, the reason of its failure, or that it was interrupted. */
export function concludeTrial(state: SearchState, trial: Trial, result: ChildResult): Trial {
  const { database, manifest } = state.run;
  const { recipe, budget } = manifest.config;
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
    // Its epochs stay to be seen. For the controller it must be trained to the end: a resumed search then goes the same way.
    const interrupted: Trial = { ...trial, state: 'interrupted', measure, endedAt: at };
    record(state, { type: 'trialInterrupted', trial: interrupted, at }, () =>
      updateTrial(database, interrupted),
    );
    return interrupted;
  }
  return recordCompletion(state, { ...trial, endedAt: at }, result);
}

/**
 * Stores a child that its user has ended: with a whole epoch behind it, its reward is that of the epochs that it has, so that
 * the controller need not wait for it; without one it has failed.
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

/** Stores a child that the rule of the run has ended: its reward is that of the epochs that it was given. */
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
  const { recipe, keepBest } = manifest.config;
  const ended: Trial = { ...trial, state: 'completed', ...outcomeOf(epochs, recipe) };
  const at = ended.endedAt ?? state.clock();
  record(state, { type: 'trialCompleted', trial: ended, at }, () => updateTrial(database, ended));
  // It may have been trained again in a batch that was learned from.
  state.stopping.changed();
  removeChildCheckpoint(folder, ended.number);
  pruneWeights(folder, readBestTrials(database, keepBest), new Set(state.training.keys()));
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
  removeChildCheckpoint(state.run.folder, trial.number);
  state.run.log.write('search', `child ${trial.number} failed (${failure.reason}): ${failure.message}`);
  return ended;
}

import { Generator } from '../../src-shared/random';
import { outcomeOf } from '../../src-shared/run/reward';
import type { FailureReason, Trial } from '../../src-shared/run/trial';
import { deleteEpochs, insertEpoch } from '../runs/tables/epochs';
import { readBestTrials, readTrained, readTrial, updateTrial } from '../runs/tables/trials';
import { pruneWeights, weightsPath } from '../runs/weights';
import type { TrialResult } from '../workers/trainer-pool';
import type { TrialJob } from '../workers/trial-job';
import { reasonToGiveUp } from './give-up';
import { untilContinued } from './pause-search';
import { fail, isEnding, isHalting, record, type SearchState } from './search-state';

/** Failures that are the same for the same network: training it again would only take the time again. */
const lasting: ReadonlySet<FailureReason> = new Set(['diverged', 'invalid', 'outOfMemory', 'timeLimit']);

/**
 * Brings a trial to its end: by the record when the run has trained the same network already (and duplicates are to be
 * reused), else by training it. Never rejects: an error ends the search, and the trial comes back without a reward.
 */
export function settleTrial(state: SearchState, trial: Trial): Promise<Trial> {
  if (trial.reward !== null) return Promise.resolve(trial);
  const under = state.settling.get(trial.number);
  if (under !== undefined) return under;
  const settling = settle(state, trial).finally(() => state.settling.delete(trial.number));
  state.settling.set(trial.number, settling);
  return settling;
}

async function settle(state: SearchState, trial: Trial): Promise<Trial> {
  const hash = trial.architectureHash;
  const work = async (): Promise<Trial> => {
    try {
      return reuse(state, trial) ?? (await train(state, trial));
    } catch (error) {
      fail(state, error);
      return trial;
    }
  };
  if (state.run.manifest.config.duplicates === 'retrain') return work();
  // Twins that are proposed while one is in training wait for its result. They do not hold a place meanwhile.
  const turn = (state.underWay.get(hash) ?? Promise.resolve()).then(work);
  state.underWay.set(hash, turn);
  const settled = await turn;
  if (state.underWay.get(hash) === turn) state.underWay.delete(hash);
  return settled;
}

function reuse(state: SearchState, trial: Trial): Trial | undefined {
  if (state.run.manifest.config.duplicates === 'retrain') return undefined;
  const earlier = readTrained(state.run.database, trial.architectureHash, trial.number);
  const known =
    earlier.find((one) => one.state === 'completed') ??
    // Who has a failure repeated does not want it told again.
    (trial.retries > 0
      ? undefined
      : earlier.find((one) => one.failure !== null && lasting.has(one.failure.reason)));
  if (known === undefined) return undefined;
  const { reward, measure, failure } = known;
  const at = state.clock();
  const ended: Trial = {
    ...trial,
    state: failure === null ? 'reused' : 'failed',
    reward,
    measure,
    failure,
    reusedFrom: known.number,
    startedAt: null,
    endedAt: at,
  };
  record(
    state,
    failure === null
      ? { type: 'trialReused', trial: ended, at }
      : { type: 'trialFailed', trial: ended, ...failure, at },
    () => updateTrial(state.run.database, ended),
  );
  return ended;
}

async function train(state: SearchState, trial: Trial): Promise<Trial> {
  const leave = await state.gate.enter();
  try {
    await untilContinued(state);
    // The user who has a child trained again means it, also when the time of the budget is used up.
    if (trial.retries > 0 ? isHalting(state) : isEnding(state)) return trial;
    const own = new AbortController();
    state.training.set(trial.number, own);
    const result = await state.pool.run(jobOf(state, trial), listenerOf(state, trial, own.signal));
    state.training.delete(trial.number);
    const trained = readTrial(state.run.database, trial.number) ?? trial;
    return own.signal.aborted && result.outcome === 'interrupted'
      ? concludeEnded(state, trained, result)
      : conclude(state, trained, result);
  } finally {
    state.training.delete(trial.number);
    leave();
  }
}

function jobOf({ run, candidateOf, data }: SearchState, trial: Trial): TrialJob {
  const { seed, keepBest } = run.manifest.config;
  return {
    trial: trial.number,
    child: candidateOf(trial.depth, trial.decisions).child,
    // Of the trial alone, so that it does not matter what else was trained, when, or how often.
    seed: Generator.seeded(seed, `trial ${trial.number}`).uint32(),
    data,
    weights: keepBest > 0 ? weightsPath(run.folder, trial.number) : null,
  };
}

function listenerOf(state: SearchState, trial: Trial, own: AbortSignal) {
  const { database } = state.run;
  let trainer = 0;
  return {
    signal: AbortSignal.any([state.halt.signal, own]),
    onStart: (which: number): void => {
      trainer = which;
      const at = state.clock();
      record(state, { type: 'trialStarted', trial: trial.number, trainer, at }, () => {
        // What an interrupted training left is repeated from its start.
        deleteEpochs(database, trial.number);
        updateTrial(database, {
          ...trial,
          state: 'running',
          measure: null,
          startedAt: at,
          endedAt: null,
        });
      });
    },
    onProgress: (progress: { readonly epoch: number; readonly step: number; readonly steps: number }): void =>
      state.listener({ type: 'trialProgress', trial: trial.number, trainer, ...progress, at: state.clock() }),
    onEpoch: (epoch: TrialResult['epochs'][number]): void =>
      record(
        state,
        { type: 'epochEnded', trial: trial.number, trainer, record: epoch, at: state.clock() },
        () => insertEpoch(database, trial.number, epoch),
      ),
  };
}

function conclude(state: SearchState, trial: Trial, result: TrialResult): Trial {
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
    database.transaction(() => updateTrial(database, interrupted));
    return interrupted;
  }
  return recordCompletion(state, { ...trial, endedAt: at }, result);
}

/**
 * What becomes of a child that its user has ended: with a whole epoch behind it, its reward is that of the epochs that it has, so that
 * the controller need not wait for it; without one it has failed.
 */
function concludeEnded(state: SearchState, trial: Trial, result: TrialResult): Trial {
  state.run.log.write('search', `child ${trial.number} was ended by the user`);
  if (result.epochs.length === 0)
    return recordFailure(state, trial, {
      reason: 'stopped',
      message: 'You ended it before its first epoch was complete.',
    });
  const ended = { ...trial, endedEarly: true, endedAt: state.clock() };
  return recordCompletion(state, ended, result);
}

function recordCompletion(state: SearchState, trial: Trial, { epochs }: TrialResult): Trial {
  const { database, manifest, folder } = state.run;
  const { recipe, keepBest } = manifest.config;
  const ended: Trial = { ...trial, state: 'completed', ...outcomeOf(epochs, recipe) };
  const at = ended.endedAt ?? state.clock();
  record(state, { type: 'trialCompleted', trial: ended, at }, () => updateTrial(database, ended));
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
  state.run.log.write('search', `child ${trial.number} failed (${failure.reason}): ${failure.message}`);
  return ended;
}

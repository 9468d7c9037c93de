import type { FailureReason, Trial } from '../../../src-shared/run/trial';
import { readTrained, updateTrial } from '../../runs/tables/trials';
import { fail, record, type SearchState } from '../search-state';
import { trainTrial } from './train-trial';

/** Failures that are the same for the same network: training it again would only take the time again. */
const lasting: ReadonlySet<FailureReason> = new Set(['diverged', 'invalid', 'outOfMemory', 'timeLimit']);

/**
 * Completes a trial: from the record when the run has trained the same network already (and duplicates are to be
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
      return reuse(state, trial) ?? (await trainTrial(state, trial));
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
    // A failure that the user retries is not reused.
    (trial.retries > 0
      ? undefined
      : earlier.find((one) => one.failure !== null && lasting.has(one.failure.reason)));
  if (known === undefined) return undefined;
  const { reward, measure, failure, batchSize } = known;
  const at = state.clock();
  const ended: Trial = {
    ...trial,
    state: failure === null ? 'reused' : 'failed',
    reward,
    measure,
    failure,
    batchSize,
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

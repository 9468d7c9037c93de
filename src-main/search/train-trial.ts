import type { FailureReason, Trial } from '../../src-shared/run/trial';
import { readTrained, updateTrial, readTrial } from '../runs/tables/trials';
import { fail, record, type SearchState, untilContinued, isEnding, isHalting } from './search-state';
import { startedBefore, type ChildEvent, type ChildResult } from '../../src-shared/run/child-event';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { recipeOfChild, seedOfChild } from '../../src-shared/tasks/searched';
import { childCheckpointPath, weightsPath } from '../runs/child-files';
import { insertEpoch, replaceEpochs } from '../runs/tables/epochs';
import type { ChildListener } from '../workers/trainer-pool';
import type { Child } from '../../src-shared/tasks/tasks';
import type { TrialJob } from '../workers/protocol';
import { concludeEnded, concludeTrial, concludeUnpromising } from './conclude-trial';
import type { Ending } from './early-stopping';
import { repetitionOf } from './retry-failures';

/** Failures that recur for the same network: training it again would waste the time. */
const lasting: ReadonlySet<FailureReason> = new Set(['diverged', 'invalid', 'outOfMemory', 'timeLimit']);

/**
 * Completes a trial: reuses the result when the run has trained the same network already (unless duplicates are
 * retrained), else trains it. Never rejects: an error ends the search, and the trial is returned without a reward.
 */
export function settleTrial(state: SearchState, trial: Trial): Promise<Trial> {
  if (trial.reward !== null) return Promise.resolve(trial);
  const pending = state.settling.get(trial.number);
  if (pending !== undefined) return pending;
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
  // Duplicates proposed while one is in training wait for its result, without holding a place.
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

/**
 * Trains a child when there is a place for it, retries it after failures of the trainer, and stores its result.
 * @returns the trial after that: without a reward when the search ends before the child does
 */
async function trainTrial(state: SearchState, trial: Trial): Promise<Trial> {
  const leave = await state.gate.enter();
  const own = new AbortController();
  try {
    for (let next = trial; ;) {
      await untilContinued(state);
      // A retry that the user requested runs even when the budget's time is used up.
      if (trial.retries > 0 ? isHalting(state) : isEnding(state)) return next;
      state.training.set(trial.number, own);
      const judged = judgedListener(state, next, own.signal);
      const result = await state.pool.run(jobOf(state, next), judged.listener);
      // No await from here until the trial is stored: others remove the weights of trials that are neither in training nor among the best.
      state.training.delete(trial.number);
      const trained = readTrial(state.run.database, trial.number) ?? next;
      const ending = judged.ending();
      if (ending !== undefined) return concludeUnpromising(state, trained, result, ending);
      if (own.signal.aborted && result.outcome === 'cancelled') return concludeEnded(state, trained, result);
      const repetition = repetitionOf(trained, result, state.run.manifest.config);
      if (repetition === undefined) return concludeTrial(state, trained, result);
      // A search that is ending leaves the retry to the next session.
      if (isHalting(state))
        return concludeTrial(state, trained, { outcome: 'cancelled', epochs: result.epochs });
      repeat(state, repetition, result);
      next = repetition;
    }
  } finally {
    state.training.delete(trial.number);
    leave();
  }
}

function repeat(state: SearchState, trial: Trial, result: ChildResult): void {
  const { database, log } = state.run;
  const failed = result.outcome === 'failed' ? result : undefined;
  const [reason, message] = [failed?.reason ?? 'error', failed?.message ?? ''];
  const at = state.clock();
  record(state, { type: 'trialRepeated', trial, reason, message, at }, () => updateTrial(database, trial));
  log.write('search', `child ${trial.number} is retried (${reason}): ${message}`);
}

function jobOf({ run, candidateOf, data }: SearchState, trial: Trial): TrialJob {
  const { keepBest, trainers } = run.manifest.config;
  return {
    trial: trial.number,
    child: atBatchSize(candidateOf(trial.depth, trial.decisions).child, trial.batchSize),
    seed: seedOfChild(run.manifest.config, trial.number),
    data,
    weights: keepBest > 0 ? weightsPath(run.folder, trial.number) : null,
    checkpoint:
      trainers.checkpointEpochs === null
        ? null
        : {
            file: childCheckpointPath(run.folder, trial.number),
            everyEpochs: trainers.checkpointEpochs,
          },
  };
}

function atBatchSize(child: Child, batchSize: number | null): Child {
  if (batchSize === null) return child;
  // The same kind of child with one number of its recipe changed.
  return { ...child, recipe: { ...child.recipe, batchSize } } as Child;
}

/** Stores the events of a child, and applies the early-stopping rule. */
function judgedListener(
  state: SearchState,
  trial: Trial,
  own: AbortSignal,
): { readonly listener: ChildListener; readonly ending: () => Ending | undefined } {
  const unpromising = new AbortController();
  const store = eventStore(state, trial);
  const { epochs: inAll } = recipeOfChild(state.run.manifest.config, trial.decisions);
  let ending: Ending | undefined;
  let epochs: readonly EpochRecord[] = [];
  const endIfJudged = (): void => {
    if (ending !== undefined) unpromising.abort();
  };
  return {
    ending: () => ending,
    listener: {
      signal: AbortSignal.any([state.halt.signal, own]),
      afterStep: unpromising.signal,
      onEvent: (event) => {
        if (event.type === 'trialRestored') {
          if (ending !== undefined) return;
          ending = state.stopping.judge(event.epochs, inAll);
          epochs = event.epochs.slice(0, ending?.epochs);
          store({ ...event, epochs });
          endIfJudged();
        } else if (event.type === 'epochEnded') {
          if (ending !== undefined) return;
          epochs = [...epochs, event.record];
          store(event);
          ending = state.stopping.judge(epochs, inAll);
          endIfJudged();
        } else store(event);
      },
    },
  };
}

/** Stores each event of a child with its data, and forwards it as an event of the run. */
function eventStore(state: SearchState, trial: Trial): (event: ChildEvent) => void {
  const { database, log } = state.run;
  let trainer = 0;
  let startedAt = 0;
  const running = (since: number): Trial => ({
    ...trial,
    state: 'running',
    measure: null,
    startedAt: since,
    endedAt: null,
  });
  return (event) => {
    const at = state.clock();
    const { number } = trial;
    switch (event.type) {
      case 'trialStarted':
        ({ trainer } = event);
        startedAt = at;
        record(
          state,
          { ...event, trial: number, at },
          () => updateTrial(database, running(startedAt)),
          'relaxed',
        );
        break;
      case 'trialRestored': {
        const { epochs } = event;
        const replace = (): void => replaceEpochs(database, number, epochs);
        if (epochs.length === 0) {
          database.transaction(replace, 'relaxed');
          break;
        }
        const since = startedBefore(startedAt, epochs);
        record(state, { ...event, trial: number, trainer, startedAt: since, at }, () => {
          replace();
          updateTrial(database, running(since));
        });
        log.write('search', `child ${number} resumes after epoch ${epochs.length}`);
        break;
      }
      case 'trialProgress':
        state.listener({ ...event, trial: number, trainer, at });
        break;
      case 'epochEnded':
        record(
          state,
          { ...event, trial: number, trainer, at },
          () => insertEpoch(database, number, event.record),
          // The child's own checkpoint holds its epochs too, and is already on disk.
          'relaxed',
        );
        break;
      // The outcome is handled from the result.
      case 'trialEnded':
        break;
    }
  };
}

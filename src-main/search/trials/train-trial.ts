import { Generator } from '../../../src-shared/random';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import type { Trial } from '../../../src-shared/run/trial';
import { childCheckpointPath } from '../../runs/child-checkpoints';
import { insertEpoch, replaceEpochs } from '../../runs/tables/epochs';
import { readTrial, updateTrial } from '../../runs/tables/trials';
import { weightsPath } from '../../runs/weights';
import type { TrialListener, TrialResult } from '../../workers/trainer-pool';
import type { Child, TrialJob } from '../../workers/trial-job';
import { concludeEnded, concludeTrial, concludeUnpromising } from './conclude-trial';
import type { Ending } from './early-stopping';
import { untilContinued } from '../control/pause-search';
import { repetitionOf } from './repetition';
import { isEnding, isHalting, record, type SearchState } from '../search-state';

/**
 * Trains a child when there is a place for it, again after a failure that may be repeated, and stores what became of it.
 * @returns the trial as it stands then: without a reward when the search ends before the child does
 */
export async function trainTrial(state: SearchState, trial: Trial): Promise<Trial> {
  const leave = await state.gate.enter();
  const own = new AbortController();
  try {
    for (let next = trial; ;) {
      await untilContinued(state);
      // The user who has a child trained again means it, also when the time of the budget is used up.
      if (trial.retries > 0 ? isHalting(state) : isEnding(state)) return next;
      state.training.set(trial.number, own);
      const judged = judgedListener(state, next, own.signal);
      const result = await state.pool.run(jobOf(state, next), judged.listener);
      // Nothing is awaited from here until the trial is stored: others remove the weights of what is neither in training nor among the best.
      state.training.delete(trial.number);
      const trained = readTrial(state.run.database, trial.number) ?? next;
      const ending = judged.ending();
      if (ending !== undefined) return concludeUnpromising(state, trained, result, ending);
      if (own.signal.aborted && result.outcome === 'interrupted')
        return concludeEnded(state, trained, result);
      const repetition = repetitionOf(trained, result, state.run.manifest.config);
      if (repetition === undefined) return concludeTrial(state, trained, result);
      // A search that is ending leaves the repetition to the next session.
      if (isHalting(state))
        return concludeTrial(state, trained, { outcome: 'interrupted', epochs: result.epochs });
      repeat(state, repetition, result);
      next = repetition;
    }
  } finally {
    state.training.delete(trial.number);
    leave();
  }
}

function repeat(state: SearchState, trial: Trial, result: TrialResult): void {
  const { database, log } = state.run;
  const failed = result.outcome === 'failed' ? result : undefined;
  const [reason, message] = [failed?.reason ?? 'error', failed?.message ?? ''];
  const at = state.clock();
  record(state, { type: 'trialRepeated', trial, reason, message, at }, () => updateTrial(database, trial));
  log.write('search', `child ${trial.number} is trained again (${reason}): ${message}`);
}

function jobOf({ run, candidateOf, data }: SearchState, trial: Trial): TrialJob {
  const { seed, keepBest, trainers } = run.manifest.config;
  return {
    trial: trial.number,
    child: atBatchSize(candidateOf(trial.depth, trial.decisions).child, trial.batchSize),
    // Of the trial alone, so that it does not matter what else was trained, when, or how often.
    seed: Generator.seeded(seed, `trial ${trial.number}`).uint32(),
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
  return child.kind === 'images'
    ? { ...child, recipe: { ...child.recipe, batchSize } }
    : { ...child, recipe: { ...child.recipe, batchSize } };
}

/** Stores what is told of a child, and ends it when the rule of the run says so. */
function judgedListener(
  state: SearchState,
  trial: Trial,
  own: AbortSignal,
): { readonly listener: TrialListener; readonly ending: () => Ending | undefined } {
  const unpromising = new AbortController();
  let ending: Ending | undefined;
  let epochs: readonly EpochRecord[] = [];
  const signal = AbortSignal.any([state.halt.signal, own]);
  const listener = listenerOf(state, trial, signal);
  const endIfJudged = (): void => {
    if (ending !== undefined) unpromising.abort();
  };
  return {
    ending: () => ending,
    listener: {
      ...listener,
      afterStep: unpromising.signal,
      onBegin: (restored) => {
        if (ending !== undefined) return;
        ending = state.stopping.judge(restored);
        epochs = restored.slice(0, ending?.epochs);
        listener.onBegin(epochs);
        endIfJudged();
      },
      onEpoch: (epoch) => {
        if (ending !== undefined) return;
        epochs = [...epochs, epoch];
        listener.onEpoch(epoch);
        ending = state.stopping.judge(epochs);
        endIfJudged();
      },
    },
  };
}

function listenerOf(
  state: SearchState,
  trial: Trial,
  signal: AbortSignal,
): TrialListener & Required<Pick<TrialListener, 'onBegin' | 'onEpoch'>> {
  const { database } = state.run;
  let trainer = 0;
  let startedAt = 0;
  const running = (since: number): Trial => ({
    ...trial,
    state: 'running',
    measure: null,
    startedAt: since,
    endedAt: null,
  });
  return {
    signal,
    onStart: (which: number): void => {
      trainer = which;
      startedAt = state.clock();
      record(
        state,
        { type: 'trialStarted', trial: trial.number, trainer, at: startedAt },
        () => updateTrial(database, running(startedAt)),
        'relaxed',
      );
    },
    onBegin: (epochs: readonly EpochRecord[]): void => {
      const replace = (): void => replaceEpochs(database, trial.number, epochs);
      if (epochs.length === 0) {
        database.transaction(replace, 'relaxed');
        return;
      }
      // As if it had been trained in one piece, so that it is known how long it took.
      const before = 1000 * epochs.reduce((sum, { seconds }) => sum + seconds, 0);
      record(
        state,
        { type: 'trialRestored', trial: trial.number, trainer, epochs: [...epochs], at: state.clock() },
        () => {
          replace();
          updateTrial(database, running(Math.round(startedAt - before)));
        },
      );
      state.run.log.write('search', `child ${trial.number} goes on after epoch ${epochs.length}`);
    },
    onProgress: (progress: { readonly epoch: number; readonly step: number; readonly steps: number }): void =>
      state.listener({ type: 'trialProgress', trial: trial.number, trainer, ...progress, at: state.clock() }),
    onEpoch: (epoch: EpochRecord): void =>
      record(
        state,
        { type: 'epochEnded', trial: trial.number, trainer, record: epoch, at: state.clock() },
        () => insertEpoch(database, trial.number, epoch),
        // The child's own checkpoint holds its epochs too, and is on the disk already.
        'relaxed',
      ),
  };
}

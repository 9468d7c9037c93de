import { errorMessage } from '../../src-shared/errors';
import type { TrainingEvent, TrainingOutcome } from '../../src-shared/training/training-event';
import { openLogFile } from '../runs/log-file';
import type { StopSignals } from '../search/search-state';
import { localPool } from '../workers/local-pool';
import type { TrainerPool, TrialResult } from '../workers/trainer-pool';
import type { SpawnTrainer } from '../workers/trainer-process';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { measureAtLast } from './measure-at-last';
import type { ReadyTraining } from './prepare-training';
import { trainingFiles, writeTrainingRecord, type TrainingRecord } from './training-record';

export interface TrainingOptions {
  readonly trainers: SearchConfig['trainers'];
  readonly spawn: SpawnTrainer;
  readonly listener: (event: TrainingEvent) => void;
  /** As of a search: after the epoch, which leaves weights, or at once. */
  readonly stop: StopSignals;
  /** Whether to measure the trained architecture on the test split, once, when it has been trained through all epochs. */
  readonly test: boolean;
}

/**
 * Trains one architecture in a process of its own, keeps the record of its epochs up to date and leaves its weights.
 * @throws run.not-writable; engine.missing; what the measurements throw, after the training was recorded
 */
export async function trainArchitecture(
  { folder, record: begun, data }: ReadyTraining,
  { trainers, spawn, listener, stop, test }: TrainingOptions,
): Promise<TrainingRecord> {
  const files = trainingFiles(folder);
  const log = openLogFile(files.log);
  let record = begun;
  const amend = (changes: Partial<TrainingRecord>): void => {
    record = { ...record, ...changes };
    writeTrainingRecord(folder, record);
  };
  const { child, seed, parameters } = record;
  const pool = localPool({
    trainers: { ...trainers, count: 1 },
    spawn,
    log: (_trainer, text) => log.write('trainer', text),
  });
  const earlier = record.epochs.length;
  listener({
    type: 'trainingStarted',
    folder,
    parameters,
    epochs: child.recipe.epochs,
    earlier,
    at: Date.now(),
  });
  const end = (outcome: TrainingOutcome, message: string | null): void => {
    amend({ outcome, message });
    listener({ type: 'trainingEnded', outcome, message, at: Date.now() });
  };
  try {
    const result = await stoppable(pool, stop, () =>
      pool.run(
        {
          ...{ trial: 1, child, seed, data: data.trainFolder, weights: files.weights },
          checkpoint: { file: files.checkpoint, everyEpochs: 1 },
        },
        {
          signal: stop.now,
          onProgress: (progress) => listener({ type: 'trainingProgress', ...progress, at: Date.now() }),
          onEpoch: (epoch) => {
            amend({ epochs: [...record.epochs, epoch] });
            listener({ type: 'epochEnded', record: epoch, at: Date.now() });
          },
        },
      ),
    );
    const outcome = outcomeOf(result);
    const leaving = AbortSignal.any([stop.afterEpoch, stop.now]);
    let broken: unknown;
    if (outcome === 'completed' && !leaving.aborted)
      await measureAtLast(record, files.weights, data.trainFolder, {
        ...{ trainers, spawn, test, folder, listener },
        signal: leaving,
        keep: amend,
      }).catch((error: unknown) => {
        // What was trained stays trained; a measurement that its user has left can be asked for again.
        if (!leaving.aborted) broken = error;
      });
    const failure = result.outcome === 'failed' ? result.message : null;
    end(outcome, broken === undefined ? failure : errorMessage(broken));
    if (broken !== undefined) throw broken as Error;
    return record;
  } catch (error) {
    if (record.outcome === null) end('failed', errorMessage(error));
    throw error;
  } finally {
    await pool.close();
  }
}

function outcomeOf(result: TrialResult): TrainingOutcome {
  if (result.outcome === 'completed') return result.stopped ? 'stopped' : 'completed';
  return result.outcome;
}

/** Passes the wish to end after the epoch on to the pool, also where it came before. */
async function stoppable<Result>(
  pool: TrainerPool,
  { afterEpoch }: StopSignals,
  work: () => Promise<Result>,
): Promise<Result> {
  const ask = (): void => pool.stopAfterEpoch();
  afterEpoch.addEventListener('abort', ask, { once: true });
  try {
    if (afterEpoch.aborted) ask();
    return await work();
  } finally {
    afterEpoch.removeEventListener('abort', ask);
  }
}

import { rmSync } from 'node:fs';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { errorMessage } from '../../src-shared/errors';
import type { ChildResult } from '../../src-shared/run/child-event';
import type { TrainingEvent, TrainingOutcome } from '../../src-shared/training/training-event';
import { lockRun } from '../runs/files/lock';
import { openLogFile } from '../runs/files/log-file';
import type { StopSignals } from '../search/search-state';
import { localPool } from '../workers/pool/local-pool';
import type { TrainerPool } from '../workers/trainer-pool';
import type { SpawnTrainer } from '../workers/trainer-process';
import { evaluateOnTest } from './evaluate-on-test';
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

/** A training under way, with its record as it is in the folder. */
interface Training extends TrainingOptions, Omit<ReadyTraining, 'record'> {
  record: TrainingRecord;
  readonly amend: (changes: Partial<TrainingRecord>) => void;
  /** Its user no longer waits for what comes after the training. */
  readonly leaving: AbortSignal;
}

/**
 * Trains one architecture in a process of its own, from its beginning or from the end of the last epoch that was kept, keeps the record
 * of its epochs up to date and leaves its weights. One that is trained already is only measured, where that is still to be done.
 * @throws run.not-writable, run.locked; engine.missing; what the measurements throw, after the training was recorded
 */
export async function trainArchitecture(
  { record, ...ready }: ReadyTraining,
  options: TrainingOptions,
): Promise<TrainingRecord> {
  const { stop, listener } = options;
  const lock = lockRun(ready.folder);
  const training: Training = {
    ...{ ...options, ...ready, record },
    leaving: AbortSignal.any([stop.afterEpoch, stop.now]),
    amend: (changes) => {
      training.record = { ...training.record, ...changes };
      writeTrainingRecord(ready.folder, training.record);
    },
  };
  const end = (outcome: TrainingOutcome, message: string | null): void => {
    training.amend({ outcome, message });
    listener({ type: 'trainingEnded', outcome, message, at: Date.now() });
  };
  try {
    const result = record.outcome === 'completed' ? undefined : await trainEpochs(training);
    const outcome = result === undefined ? 'completed' : outcomeOf(result);
    training.amend({ outcome });
    const broken = outcome === 'completed' ? await measure(training) : undefined;
    const failure = result?.outcome === 'failed' ? result.message : null;
    end(outcome, broken === undefined ? failure : errorMessage(broken));
    if (broken !== undefined) throw broken;
    return training.record;
  } catch (error) {
    if (training.record.outcome === null) end('failed', errorMessage(error));
    throw error;
  } finally {
    lock.release();
  }
}

async function trainEpochs(training: Training): Promise<ChildResult> {
  const { folder, record, data, trainers, spawn, listener, stop, amend } = training;
  const { child, seed, parameters } = record;
  const files = trainingFiles(folder);
  const log = openLogFile(files.log);
  const pool = localPool({
    trainers: { ...trainers, count: 1 },
    spawn,
    log: (_trainer, text) => log.write('trainer', text),
  });
  try {
    amend({ outcome: null, message: null });
    const result = await stoppable(pool, stop, () =>
      pool.run(
        {
          ...{ trial: 1, child, seed, data: data.trainFolder, weights: files.weights },
          checkpoint: { file: files.checkpoint, everyEpochs: 1 },
        },
        {
          signal: stop.now,
          onEvent: (event) => {
            const at = Date.now();
            if (event.type === 'trialRestored') {
              amend({ epochs: [...event.epochs] });
              const { epochs } = child.recipe;
              listener({
                type: 'trainingStarted',
                folder,
                parameters,
                epochs,
                earlier: event.epochs.length,
                at,
              });
            } else if (event.type === 'trialProgress') listener({ ...event, type: 'trainingProgress', at });
            else if (event.type === 'epochEnded') {
              amend({ epochs: [...training.record.epochs, event.record] });
              listener({ ...event, at });
            }
          },
        },
      ),
    );
    if (outcomeOf(result) === 'completed') rmSync(files.checkpoint, { force: true });
    return result;
  } finally {
    await pool.close();
  }
}

/**
 * What was trained stays trained: a measurement that its user has left can be asked for again.
 * @returns what broke, if something did
 */
async function measure({ record, data, leaving, amend, ...options }: Training): Promise<Error | undefined> {
  const isLeft = (): boolean => leaving.aborted;
  if (isLeft()) return undefined;
  const { weights } = trainingFiles(options.folder);
  try {
    await evaluateOnTest(record, weights, data.trainFolder, { ...options, signal: leaving, keep: amend });
    return undefined;
  } catch (error) {
    if (isLeft()) return undefined;
    return error instanceof Error ? error : new Error(errorMessage(error));
  }
}

function outcomeOf(result: ChildResult): TrainingOutcome {
  if (result.outcome === 'completed') return result.stopped ? 'stopped' : 'completed';
  return result.outcome === 'failed' ? 'failed' : 'interrupted';
}

/** Passes a request to end after the epoch on to the pool, also one that came before. */
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

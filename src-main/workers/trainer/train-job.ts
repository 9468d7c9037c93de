import { trainLanguageChild } from '../../children/language/train-language-child';
import type { NamedTensor } from '../../children/safetensors';
import { trainChild } from '../../children/train-child';
import { checkpointFile } from '../../children/training/checkpoint-file';
import type { ChildCheckpoints } from '../../children/training/child-state';
import type { TrainControl } from '../../children/training/run-epochs';
import { loadTrainingData } from '../../datasets/load-training-data';
import { loadTrainingTokens, type TrainingTokens } from '../../datasets/text/load-training-tokens';
import type { TrainingData } from '../../datasets/training-data';
import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import type { TrialJob } from '../protocol';

export interface TrainedJob {
  readonly epochs: readonly EpochRecord[];
  readonly stopped: boolean;
  readonly weights: readonly NamedTensor[];
  /** Units of each layer, where the number follows from the size of the model and of the vocabulary. */
  readonly hidden: number | null;
}

/** The steps of an epoch on an excerpt of the data; fewer where the data have fewer. */
export interface Excerpt {
  readonly training: number;
  readonly evaluation: number;
}

export type TrainJob = (job: TrialJob, control: TrainControl, excerpt?: Excerpt) => Promise<TrainedJob>;

/**
 * Trains the child of a job on the data that it names, or on an excerpt of them, from where its checkpoint left it.
 * @param log gets a line about a checkpoint that cannot be used or written
 * @returns a function that keeps the data of its last job: those of a search's children are checked and read once
 */
export function jobTrainer(log: (line: string) => void): TrainJob {
  const images = keptLast(loadTrainingData);
  const tokens = keptLast(loadTrainingTokens);
  return async ({ child, seed, data: trainFolder, checkpoint }, control, excerpt) => {
    const checkpoints = (fingerprint: string): ChildCheckpoints | null =>
      checkpoint && checkpointFile(checkpoint, { child, seed, fingerprint }, log);
    if (child.kind === 'text') {
      const all = await tokens({ trainFolder });
      const { batchSize, steps } = child.recipe;
      const data = excerpt ? firstTokens(all, Math.min(batchSize, all.counts.train) * steps, excerpt) : all;
      const trained = await trainLanguageChild(
        { ...child, seed },
        data,
        control,
        checkpoints(data.fingerprint),
      );
      return { ...trained, hidden: trained.architecture.hidden };
    }
    const { validation, splitSeed, batchSize } = child.recipe;
    const all = await images({ trainFolder, validation, seed: splitSeed });
    const data = excerpt ? firstImages(all, batchSize, excerpt) : all;
    const trained = await trainChild({ ...child, seed }, data, control, checkpoints(data.fingerprint));
    return { ...trained, hidden: null };
  };
}

function firstImages(data: TrainingData, batchSize: number, excerpt: Excerpt): TrainingData {
  const batch = Math.min(batchSize, data.trainIndices.length);
  return {
    ...data,
    trainIndices: data.trainIndices.subarray(0, batch * excerpt.training),
    validationIndices: data.validationIndices.subarray(0, batch * excerpt.evaluation),
  };
}

/** @param window tokens of a step */
function firstTokens(data: TrainingTokens, window: number, excerpt: Excerpt): TrainingTokens {
  const { train, valid } = data.counts;
  return {
    ...data,
    counts: {
      train: Math.min(train, window * excerpt.training),
      valid: Math.min(valid, window * excerpt.evaluation),
    },
  };
}

/** A function that gives its last result again when it is asked for the same once more. */
function keptLast<Options, Data>(load: (options: Options) => Promise<Data>): typeof load {
  let known: { readonly key: string; readonly data: Data } | undefined;
  return async (options) => {
    const key = JSON.stringify(options);
    if (known?.key !== key) known = { key, data: await load(options) };
    return known.data;
  };
}

import { trainLanguageChild } from '../children/language/train-language-child';
import type { NamedTensor } from '../children/safetensors';
import { trainChild } from '../children/train-child';
import { loadTrainingData } from '../datasets/load-training-data';
import { loadTrainingTokens } from '../datasets/text/load-training-tokens';
import type { EpochRecord } from '../../src-shared/run/trial';
import type { TrialJob } from './trial-job';

/** What is heard and decided while a job's child trains; called between steps. */
export interface JobListener {
  readonly onStep: (epoch: number, step: number, steps: number) => void;
  readonly onEpoch: (record: EpochRecord) => void;
  readonly stopRequested: () => boolean;
  /** Awaited between steps: gives the event loop its turn, and may hold the child. */
  readonly turn: () => Promise<void>;
  /** Milliseconds, monotonic; the epochs' times are taken from it. */
  readonly now: () => number;
}

export interface TrainedJob {
  readonly epochs: readonly EpochRecord[];
  readonly stopped: boolean;
  readonly weights: readonly NamedTensor[];
  /** Units of each layer, where the number follows from the size of the model and of the vocabulary. */
  readonly hidden: number | null;
}

/**
 * Trains the child of a job on the data that it names.
 * @returns a function that keeps the data of its last job: those of a search's children are checked and read once
 */
export function jobTrainer(): (job: TrialJob, listener: JobListener) => Promise<TrainedJob> {
  const pictures = keptLast(loadTrainingData);
  const tokens = keptLast(loadTrainingTokens);
  return async ({ child, seed, data: trainFolder }, listener) => {
    if (child.kind === 'text') {
      const data = await tokens({ trainFolder });
      const trained = await trainLanguageChild({ ...child, seed }, data, listener);
      return { ...trained, hidden: trained.architecture.hidden };
    }
    const { validation, splitSeed } = child.recipe;
    const data = await pictures({ trainFolder, validation, seed: splitSeed });
    return { ...(await trainChild({ ...child, seed }, data, listener)), hidden: null };
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

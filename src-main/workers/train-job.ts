import { trainLanguageChild } from '../children/language/train-language-child';
import type { NamedTensor } from '../children/safetensors';
import { trainChild } from '../children/train-child';
import { checkpointFile } from '../children/training/checkpoint-file';
import type { ChildCheckpoints } from '../children/training/child-state';
import type { ChildListener } from '../children/training/run-epochs';
import { loadTrainingData } from '../datasets/load-training-data';
import { loadTrainingTokens } from '../datasets/text/load-training-tokens';
import type { EpochRecord } from '../../src-shared/run/trial';
import type { TrialJob } from './trial-job';

export interface TrainedJob {
  readonly epochs: readonly EpochRecord[];
  readonly stopped: boolean;
  readonly weights: readonly NamedTensor[];
  /** Units of each layer, where the number follows from the size of the model and of the vocabulary. */
  readonly hidden: number | null;
}

/**
 * Trains the child of a job on the data that it names, from where its checkpoint left it.
 * @param log gets a line about a checkpoint that cannot be used or written
 * @returns a function that keeps the data of its last job: those of a search's children are checked and read once
 */
export function jobTrainer(
  log: (line: string) => void,
): (job: TrialJob, listener: ChildListener<EpochRecord>) => Promise<TrainedJob> {
  const pictures = keptLast(loadTrainingData);
  const tokens = keptLast(loadTrainingTokens);
  return async ({ child, seed, data: trainFolder, checkpoint }, listener) => {
    const checkpoints = (fingerprint: string): ChildCheckpoints | null =>
      checkpoint && checkpointFile(checkpoint, { child, seed, fingerprint }, log);
    if (child.kind === 'text') {
      const data = await tokens({ trainFolder });
      const trained = await trainLanguageChild(
        { ...child, seed },
        data,
        listener,
        checkpoints(data.fingerprint),
      );
      return { ...trained, hidden: trained.architecture.hidden };
    }
    const { validation, splitSeed } = child.recipe;
    const data = await pictures({ trainFolder, validation, seed: splitSeed });
    const trained = await trainChild({ ...child, seed }, data, listener, checkpoints(data.fingerprint));
    return { ...trained, hidden: null };
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

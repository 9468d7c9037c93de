import type { EpochRecord } from '../../../src-shared/tasks/data-kinds';
import { checkpointFile } from '../../children/training/checkpoint-file';
import type { TrainControl } from '../../children/training/run-epochs';
import type { Excerpt, TrainedChild } from '../../tasks/child-training';
import { childTrainings } from '../../tasks/child-trainings';
import type { TrialJob } from '../protocol';

export interface TrainedJob extends TrainedChild {
  readonly epochs: readonly EpochRecord[];
}

export type TrainJob = (job: TrialJob, control: TrainControl, excerpt?: Excerpt) => Promise<TrainedJob>;

/**
 * Trains the child of a job on the data that it names, or on an excerpt of them, from where its checkpoint left it.
 * @param log gets a line about a checkpoint that cannot be used or written
 * @returns a function that keeps the data of its last job: those of a search's children are checked and read once
 */
export function jobTrainer(log: (line: string) => void): TrainJob {
  let last: { readonly key: string; readonly data: { readonly fingerprint: string } } | undefined;
  return async ({ child, seed, data: trainFolder, checkpoint }, control, excerpt) => {
    const training = childTrainings.of(child.kind);
    const key = JSON.stringify([child.kind, trainFolder, training.dataKey(child)]);
    const kept = last?.key === key ? last : { key, data: await training.load(child, trainFolder) };
    last = kept;
    const data = excerpt ? training.excerpt(kept.data, child, excerpt) : kept.data;
    const { fingerprint } = data;
    const checkpoints = checkpoint && checkpointFile(checkpoint, { child, seed, fingerprint }, log);
    const trained = await training.train(child, seed, data, control, checkpoints);
    // Records of a task's epochs are among those of all kinds of data.
    return { ...trained, epochs: trained.epochs as readonly EpochRecord[] };
  };
}

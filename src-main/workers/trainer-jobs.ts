import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { checkpointFile } from '../children/checkpoint-file';
import type { TrainControl } from '../children/run-epochs';
import type { Excerpt, TrainedChild } from '../tasks/child-training';
import { childTrainings } from '../tasks/child-trainings';
import type { TrialJob, EvaluationJob, ChildSpeed } from './protocol';
import type { EvaluationListener } from '../children/evaluate-child';
import { readSafetensors } from '../children/safetensors';
import { quantile } from '../../src-shared/estimate/typical-children';
import { CellsmithError } from '../../src-shared/errors';
import type { Child } from '../../src-shared/tasks/tasks';

export interface TrainedJob extends TrainedChild {
  readonly epochs: readonly EpochRecord[];
}

export type TrainJob = (job: TrialJob, control: TrainControl, excerpt?: Excerpt) => Promise<TrainedJob>;

/**
 * Trains the child of a job on its data, or on an excerpt of them, from its checkpoint if there is one.
 * @param log receives a line about a checkpoint that cannot be used or written
 * @returns a function that caches the data of its last job: a search's data are checked and read once
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

/**
 * Evaluates a trained child on the test files of a job, or on the validation part of its text.
 * @returns an accuracy in [0, 1], or a perplexity; null when it is not finite
 * @throws run.damaged when the weights do not match the child; data.*, engine.*
 */
export async function evaluateTrained(
  job: EvaluationJob,
  listener: EvaluationListener,
): Promise<number | null> {
  const { child, seed, data: trainFolder, test } = job;
  const { tensors: weights } = readSafetensors(job.weights);
  return childTrainings.of(child.kind).evaluate(child, { seed, weights, trainFolder, test }, listener);
}

/** Steps of the measured epochs; the last one is always the evaluation step. */
const excerpt = { training: 4, evaluation: 1 };
/** The first epoch does not count: TensorFlow selects kernels and allocates memory in it. */
const uncounted = 1;
/** Enough for a median, whatever the time is. */
const mostEpochs = 200;
/** At the learning rate of the search, some cells diverge at once. */
const slow = { epochs: mostEpochs, learningRate: 1e-9, decay: { kind: 'constant' as const } };

/**
 * Trains a child for about `milliseconds` on the first data, in short epochs, and measures its steps: at least
 * one epoch, however long it takes. Nothing of the child is kept.
 * @throws as training does
 */
export async function measureJob(
  trainJob: TrainJob,
  job: TrialJob,
  { milliseconds, turn }: { readonly milliseconds: number; readonly turn: () => Promise<void> },
): Promise<ChildSpeed> {
  const started = performance.now();
  /** The end of the first step. */
  let first = Infinity;
  let last = started;
  let epochs = 0;
  const training: number[] = [];
  const evaluation: number[] = [];
  const shortened: TrialJob = {
    ...job,
    child: childTrainings.of(job.child.kind).slowed(job.child, slow) as Child,
  };
  await trainJob(
    shortened,
    {
      now: () => performance.now(),
      turn,
      onEvent: (event) => {
        if (event.type === 'epochEnded') epochs += 1;
        if (event.type !== 'trialProgress') return;
        const { epoch, step, steps } = event;
        const now = performance.now();
        first = Math.min(first, now);
        if (epoch >= uncounted) (step < steps ? training : evaluation).push(now - last);
        last = now;
      },
      stopRequested: () => epochs > uncounted && performance.now() - first >= milliseconds,
    },
    excerpt,
  );
  if (training.length === 0 || evaluation.length === 0)
    throw new CellsmithError('config.invalid', 'There are too few data for a training step.');
  return {
    begin: first - started,
    trainStep: quantile(training, 0.5),
    evaluationStep: quantile(evaluation, 0.5),
    // In kilobytes on every system.
    memory: 1024 * process.resourceUsage().maxRSS,
  };
}

import { childTrainings } from '../../tasks/child-trainings';
import { quantile } from '../../../src-shared/estimate/typical-children';
import { CellsmithError } from '../../../src-shared/errors';
import type { TrainJob } from '../trainer/train-job';
import type { Child } from '../../../src-shared/tasks/tasks';
import type { ChildSpeed, TrialJob } from '../protocol';

/** Steps of the epochs that are measured; there is always one of evaluation, the last. */
const excerpt = { training: 4, evaluation: 1 };
/** Times of the first epoch are not counted: kernels are chosen and memory is found in it. */
const uncounted = 1;
/** Enough of them for a median, whatever the time is. */
const mostEpochs = 200;
/** Some cells diverge at once at the rate that the search gives them. */
const slow = { epochs: mostEpochs, learningRate: 1e-9, decay: { kind: 'constant' as const } };

/**
 * Trains a child for about `milliseconds` on the first data, in short epochs, and measures its steps. At least
 * one epoch is measured, however long it takes; nothing of the child is kept.
 * @throws as training does
 */
export async function measureJob(
  trainJob: TrainJob,
  job: TrialJob,
  { milliseconds, turn }: { readonly milliseconds: number; readonly turn: () => Promise<void> },
): Promise<ChildSpeed> {
  const started = performance.now();
  /** When the first step had ended. */
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
    throw new CellsmithError('config.invalid', 'There are too few data for a step of training.');
  return {
    begin: first - started,
    trainStep: quantile(training, 0.5),
    evaluationStep: quantile(evaluation, 0.5),
    // In kilobytes on every system.
    memory: 1024 * process.resourceUsage().maxRSS,
  };
}

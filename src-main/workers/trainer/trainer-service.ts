import { errorMessage } from '../../../src-shared/errors';
import { writeSafetensors } from '../../children/safetensors';
import { failureOf } from '../failure';
import { createHold } from './hold';
import { evaluateTrained } from './evaluate-trained';
import { trainerRequestSchema, type EvaluationJob, type TrialJob } from '../protocol';
import { measureJob } from '../measuring/measure-job';
import { jobTrainer, type TrainedJob } from './train-job';
import type { TrainerTransport } from './trainer-transport';

/** At most four messages of progress a second, in milliseconds. */
const progressInterval = 250;

/** Thrown between two steps to end a child whose search has cancelled it. */
class Cancelled extends Error {}

/**
 * Serves requests until it is asked to exit: trains one child at a time and reports it. Every child has an end, unless the process does
 * not survive it.
 *
 * @param exit ends the process; a request that cannot be understood does so with a code other than 0
 */
export function serveTrainer(transport: TrainerTransport, exit: (code: number) => void): void {
  let busy = false;
  let stopRequested = false;
  /** The child that ends after its step. */
  let cancelled: number | null = null;
  const hold = createHold();
  const trainJob = jobTrainer((line) => console.error(line));

  /** Reports progress, not too often. */
  const progressOf = (trial: number) => {
    let lastProgress = -Infinity;
    return (epoch: number, step: number, steps: number): void => {
      const now = performance.now();
      if (now - lastProgress < progressInterval) return;
      lastProgress = now;
      transport.send({ type: 'trialProgress', trial, epoch, step, steps });
    };
  };
  const failed = (trial: number, error: unknown): void => {
    console.error(error);
    transport.send({ type: 'trialEnded', trial, end: { outcome: 'failed', ...failureOf(error) } });
  };

  const evaluate = async (job: EvaluationJob): Promise<void> => {
    const { trial } = job;
    const report = progressOf(trial);
    try {
      const onStep = (step: number, steps: number): void => report(0, step, steps);
      const measure = await evaluateTrained(job, { onStep, turn: hold.turn });
      transport.send({ type: 'evaluated', trial, measure });
    } catch (error) {
      failed(trial, error);
    }
  };

  const train = async (job: TrialJob): Promise<void> => {
    const { trial } = job;
    const progress = progressOf(trial);
    try {
      const child = await trainJob(job, {
        stopRequested: () => stopRequested,
        turn: async () => {
          await hold.turn();
          if (cancelled === trial) throw new Cancelled();
        },
        now: hold.now,
        onEvent: (event) => {
          if (event.type === 'trialProgress') progress(event.epoch, event.step, event.steps);
          // Only the search knows which of its trainers this is.
          else if (event.type !== 'trialStarted') transport.send({ ...event, trial });
        },
      });
      const unwritable = saveWeights(job, child);
      transport.send({ type: 'memory', bytes: process.memoryUsage.rss() });
      transport.send(
        unwritable === null
          ? { type: 'trialEnded', trial, end: { outcome: 'completed', stopped: child.stopped } }
          : { type: 'unwritable', trial, message: unwritable },
      );
    } catch (error) {
      if (error instanceof Cancelled)
        transport.send({ type: 'trialEnded', trial, end: { outcome: 'cancelled' } });
      else failed(trial, error);
    }
  };

  const measure = async (job: TrialJob, milliseconds: number): Promise<void> => {
    try {
      const speed = await measureJob(trainJob, job, { milliseconds, turn: hold.turn });
      transport.send({ type: 'measured', trial: job.trial, speed });
    } catch (error) {
      failed(job.trial, error);
    }
  };

  transport.onRequest((message) => {
    const request = trainerRequestSchema.safeParse(message);
    if (!request.success) {
      console.error('The trainer does not understand its request.', request.error);
      exit(2);
    } else if (request.data.type === 'exit') exit(0);
    else if (request.data.type === 'stopAfterEpoch') stopRequested = true;
    else if (request.data.type === 'stopAfterStep') cancelled = request.data.trial;
    else if (request.data.type === 'hold') hold.hold();
    else if (request.data.type === 'release') hold.release();
    else if (busy) {
      console.error('The trainer was given a child while it had one.');
      exit(2);
    } else {
      busy = true;
      stopRequested = false;
      cancelled = null;
      const { data } = request;
      const work =
        data.type === 'train'
          ? train(data.job)
          : data.type === 'measure'
            ? measure(data.job, data.milliseconds)
            : evaluate(data.job);
      void work.finally(() => (busy = false));
    }
  });
}

/**
 * Writes weights by name, with all that is needed to know what they are of, as JSON under the keys of the metadata.
 * @returns what kept them from being written, or null
 */
function saveWeights(job: TrialJob, { weights, epochs, hidden }: TrainedJob): string | null {
  const { trial, child, seed, weights: path } = job;
  if (path === null) return null;
  const about = { trial, ...child, ...(hidden !== null && { hidden }), seed, epochs };
  const metadata = Object.fromEntries(
    Object.entries(about).map(([key, value]) => [key, JSON.stringify(value)]),
  );
  try {
    writeSafetensors(path, { tensors: weights, metadata: { format: 'cellsmith-child-1', ...metadata } });
    return null;
  } catch (error) {
    return `The weights of child ${trial} could not be written: ${errorMessage(error)}.`;
  }
}

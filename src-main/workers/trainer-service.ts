import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorMessage } from '../../src-shared/errors';
import { writeSafetensors } from '../children/safetensors';
import { failureOf } from './failure';
import { evaluateTrained, measureJob, jobTrainer, type TrainedJob } from './trainer-jobs';
import { trainerRequestSchema, type EvaluationJob, type TrialJob, type TrainerReply } from './protocol';

/** At most four messages of progress a second, in milliseconds. */
const progressInterval = 250;

/** Thrown between two steps to end a child whose search has cancelled it. */
class Cancelled extends Error {}

/**
 * Serves requests until it is asked to exit: trains one child at a time and reports it. Every child has an end, unless the process
 * crashes.
 *
 * @param exit ends the process; an invalid request does so with a code other than 0
 */
export function serveTrainer(transport: TrainerTransport, exit: (code: number) => void): void {
  let busy = false;
  let stopRequested = false;
  /** The child that ends after its step. */
  let cancelled: number | null = null;
  const hold = createHold();
  const trainJob = jobTrainer((line) => console.error(line));

  /** Reports progress at a limited rate. */
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
          // Only the search knows the number of this trainer.
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
      console.error('Invalid request.', request.error);
      exit(2);
    } else if (request.data.type === 'exit') exit(0);
    else if (request.data.type === 'stopAfterEpoch') stopRequested = true;
    else if (request.data.type === 'stopAfterStep') cancelled = request.data.trial;
    else if (request.data.type === 'hold') hold.hold();
    else if (request.data.type === 'release') hold.release();
    else if (busy) {
      console.error('Received a child while another is in progress.');
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
 * Writes the weights by name, with their child, seed and epochs as JSON in the metadata.
 * @returns the error that prevented it, or null
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

/** Holds a child between two steps, in the trainer's process. */
interface Hold {
  hold(): void;
  release(): void;
  /** Awaited between steps: yields to the event loop, and resolves when the child is not held. */
  readonly turn: () => Promise<void>;
  /** Milliseconds, monotonic; stops while a child waits in `turn`. */
  readonly now: () => number;
}

/** @param clock milliseconds, monotonic */
export function createHold(clock: () => number = () => performance.now()): Hold {
  let held = 0;
  let release: (() => void) | undefined;
  let released: Promise<void> | undefined;
  return {
    hold: () => {
      released ??= new Promise((resolve) => (release = resolve));
    },
    release: () => {
      release?.();
      released = undefined;
    },
    turn: async () => {
      await nextTurn();
      while (released !== undefined) {
        const from = clock();
        await released;
        held += clock() - from;
      }
    },
    now: () => clock() - held,
  };
}

/** A trainer's connection to its parent process. */
interface TrainerTransport {
  send(reply: TrainerReply): void;
  onRequest(listener: (message: unknown) => void): void;
  /** The parent process is gone. */
  onDisconnect(listener: () => void): void;
}

/** Part of `process` in Electron's utility processes. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/**
 * The connection of this process: by Electron's `utilityProcess`, or Node's `child_process`.
 * @returns null when this process was not started as a trainer
 */
export function parentTransport(): TrainerTransport | null {
  // Electron's types declare the port in every process; only utility processes have one.
  const { parentPort } = process as unknown as { readonly parentPort?: ParentPort };
  if (parentPort) {
    return {
      send: (reply) => parentPort.postMessage(reply),
      onRequest: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
      // Electron ends its utility processes itself.
      onDisconnect: () => undefined,
    };
  }
  if (process.send === undefined) return null;
  return {
    // A message to a parent that is gone is dropped: `disconnect` follows.
    send: (reply) => void process.send?.(reply, undefined, undefined, () => undefined),
    onRequest: (listener) => void process.on('message', listener),
    onDisconnect: (listener) => void process.on('disconnect', listener),
  };
}

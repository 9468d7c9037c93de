import { setTimeout as sleep } from 'node:timers/promises';
import type { ConvArchitecture } from '../../src-shared/architecture/conv/conv-architecture';
import { layersOf } from '../../src-shared/architecture/conv/layered-network';
import { Generator } from '../../src-shared/random';
import type { ChildResult } from '../../src-shared/run/child-event';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { createPause } from '../workers/pool/watchdog';
import type { ChildListener, TrainerPool } from '../workers/trainer-pool';
import type { TrialJob } from '../workers/protocol';

/** The behaviour of a synthetic pool's children. */
export interface SyntheticChildren {
  readonly size?: number;
  /** Seeds the duration of each child, and so the order in which they end; 0 ends each at once. */
  readonly pace?: number;
  /** Milliseconds that each epoch takes, for tests that must meet a child in training. */
  readonly epochTime?: number;
  /** The result of a child instead of that of `architectureMerit`. */
  readonly result?: (job: TrialJob) => ChildResult | Promise<ChildResult>;
  /** Called with each job when it begins. */
  readonly onJob?: (job: TrialJob) => void;
}

/**
 * Children without training: their accuracy is a known function of their architecture. Otherwise it behaves like trainers,
 * so that tests run the search's logic thousands of times faster than networks train.
 */
export function syntheticPool(children: SyntheticChildren = {}): TrainerPool {
  const { size = 1, pace = 0, epochTime = 0, result, onJob } = children;
  const draw = Generator.seeded(pace, 'pace');
  const waits = orderedWaits();
  let stopping = false;
  let running = 0;
  const pause = createPause();
  const untilResumed = async (): Promise<void> => {
    while (pause.paused)
      await new Promise<void>((resolve) => {
        const stop = pause.onChange(() => {
          stop();
          resolve();
        });
      });
  };

  const train = async (job: TrialJob, listener: ChildListener): Promise<ChildResult> => {
    listener.onEvent?.({ type: 'trialRestored', epochs: [] });
    if (result !== undefined) return result(job);
    const epochs: EpochRecord[] = [];
    const { child } = job;
    const inAll = child.recipe.epochs;
    while (epochs.length < inAll) {
      if (epochTime !== 0) await sleep(epochTime);
      if (pace !== 0) await waits.wait(draw.integer(4));
      if (pause.paused) await Promise.race([untilResumed(), abortOf(listener.signal)]);
      if (isAborted(listener)) return { outcome: 'cancelled', epochs };
      listener.onEvent?.({ type: 'trialProgress', epoch: epochs.length, step: 1, steps: 1 });
      // The listener may end the child.
      if (isAborted(listener)) return { outcome: 'cancelled', epochs };
      const merit = architectureMerit(child.architecture as ConvArchitecture | undefined);
      const record = epochOf(epochs.length, merit);
      epochs.push(record);
      listener.onEvent?.({ type: 'epochEnded', record });
      if (stopping && epochs.length < inAll) return { outcome: 'completed', stopped: true, epochs };
    }
    return { outcome: 'completed', stopped: false, epochs };
  };

  return {
    size,
    run: async (job, listener = {}) => {
      if (stopping || listener.signal?.aborted) return { outcome: 'cancelled', epochs: [] };
      if (++running > size) throw new Error(`${running} children at a time where ${size} were asked for`);
      try {
        onJob?.(job);
        listener.onEvent?.({ type: 'trialStarted', trainer: running });
        return await train(job, listener);
      } finally {
        running -= 1;
      }
    },
    stopAfterEpoch: () => (stopping = true),
    pause: () => pause.set(true),
    resume: () => pause.set(false),
    close: () => Promise.resolve(),
  };
}

/** Whether a child must end, at once or after its step: without steps these are the same. */
export function isAborted({ signal, afterStep }: ChildListener): boolean {
  return signal?.aborted === true || afterStep?.aborted === true;
}

/** Resolves when the signal says so. */
function abortOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}

/** An epoch that reached the given validation accuracy. */
export function epochOf(epoch: number, validationAccuracy: number): EpochRecord {
  return {
    kind: 'images',
    epoch,
    trainLoss: 1,
    trainAccuracy: 0.5,
    validationLoss: 1,
    validationAccuracy,
    learningRate: 0.1,
    seconds: 0.001,
  };
}

/** In [0, 1]: square filters, many of them, and inputs from more than one layer are good; children without layers score 0. */
function architectureMerit(architecture?: ConvArchitecture): number {
  if (architecture === undefined) return 0;
  const merits = layersOf(architecture).layers.map(({ nodes: [node], inputs }) =>
    node.kind === 'convolution'
      ? (node.filterHeight === node.filterWidth ? 0.4 : 0) +
        (0.4 * Math.min(node.filters, 24)) / 24 +
        (inputs.length > 1 ? 0.2 : 0)
      : 0,
  );
  return merits.reduce((sum, merit) => sum + merit, 0) / merits.length;
}

/** Time that passes only in waits: the same waits end in the same order however busy the machine is. */
interface OrderedWaits {
  /** @param duration in a unit of the caller's */
  wait(duration: number): Promise<void>;
}

interface Waiting {
  readonly until: number;
  readonly goOn: () => void;
}

/** Starts at 0. Waits resolve in the order in which they are due, equal ones in the order of the calls, each in a separate turn of the event loop. */
function orderedWaits(): OrderedWaits {
  let now = 0;
  let waiting: Waiting[] = [];
  const next = (): void => {
    const first = waiting.reduce((early, one) => (one.until < early.until ? one : early));
    waiting = waiting.filter((one) => one !== first);
    now = first.until;
    first.goOn();
    if (waiting.length > 0) setImmediate(next);
  };
  return {
    wait: (duration) =>
      new Promise((goOn) => {
        waiting.push({ until: now + duration, goOn });
        if (waiting.length === 1) setImmediate(next);
      }),
  };
}

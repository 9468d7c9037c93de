import type { ChildResult } from '../../../src-shared/run/child-event';
import { removePartials } from '../../children/safetensors';
import { engineEnvironment } from '../../engine/load';
import { engineLimits, type TrainerShares } from './engine-limits';
import { createPause } from './pause';
import { superviseChild } from './supervision';
import { type TrainerHandle, trainerHandle } from './trainer-handle';
import type { ChildListener, TrainerPool } from '../trainer-pool';
import type { SpawnTrainer } from '../trainer-process';
import type { TrialJob } from '../protocol';
import { defaultPatience, type Patience } from './watchdog';

export interface LocalPoolOptions {
  readonly trainers: TrainerShares;
  readonly spawn: SpawnTrainer;
  /** Gets what trainers write to their standard streams, TensorFlow's remarks among it. */
  readonly log?: (trainer: number, text: string) => void;
  /** Children that a process trains before a fresh one takes its place: TensorFlow gives back not all of its memory. */
  readonly childrenPerProcess?: number;
  /** Bytes by which a process may grow after its first child before a fresh one takes its place. */
  readonly memoryGrowth?: number;
  readonly patience?: Patience;
  /** Milliseconds between asking a trainer to end and forcing it. */
  readonly grace?: number;
}

const defaultGrace = 5000;
const defaultChildrenPerProcess = 25;
/** Half a gigabyte: a fresh process holds about as much, and starting one takes two seconds. */
const defaultMemoryGrowth = 512 * 2 ** 20;
/** A trainer loads TensorFlow before it is ready; a slow disk may need its time. Milliseconds. */
export const startPatience = 120_000;
/** Attempts to start a process before its failure counts as the machine's. */
const startAttempts = 2;

/** A place for one trainer process at a time. */
interface Seat {
  readonly number: number;
  trainer?: TrainerHandle | undefined;
}

/** Trains children in processes of this machine. Processes start when the first children come, and are kept for the next. */
export function localPool(options: LocalPoolOptions): TrainerPool {
  const { trainers, spawn, log, childrenPerProcess = defaultChildrenPerProcess } = options;
  const { memoryGrowth = defaultMemoryGrowth } = options;
  const { patience = defaultPatience, grace = defaultGrace } = options;
  const environment = engineEnvironment(engineLimits(trainers));
  const seats: readonly Seat[] = Array.from({ length: trainers.count }, (_, i) => ({ number: i + 1 }));
  const free = [...seats];
  const waiting: ((seat: Seat | null) => void)[] = [];
  const closing = new AbortController();
  const pause = createPause();
  let stopping = false;

  const takeSeat = (): Promise<Seat | null> => {
    const seat = free.shift();
    if (seat === undefined) return new Promise((resolve) => waiting.push(resolve));
    return Promise.resolve(seat);
  };
  const leaveSeat = (seat: Seat): void => {
    const next = waiting.shift();
    if (next) next(seat);
    else free.unshift(seat);
  };

  const trainerOf = async (seat: Seat): Promise<TrainerHandle> => {
    const { trainer: warm } = seat;
    const fit = warm && !warm.gone && warm.jobs < childrenPerProcess && warm.growth <= memoryGrowth;
    if (fit) return warm;
    await warm?.end(grace);
    for (let attempt = 1; ; attempt++) {
      const trainer = trainerHandle(spawn(environment), (text) => log?.(seat.number, text));
      seat.trainer = trainer;
      try {
        await trainer.ready(startPatience);
        return trainer;
      } catch (error) {
        if (attempt === startAttempts || stopping) throw error;
      }
    }
  };

  const train = async (seat: Seat, job: TrialJob, listener: ChildListener): Promise<ChildResult> => {
    const trainer = await trainerOf(seat).catch((error: unknown) => {
      if (stopping) return null;
      throw error;
    });
    const signal = listener.signal ? AbortSignal.any([listener.signal, closing.signal]) : closing.signal;
    if (trainer === null || stopping || signal.aborted) return { outcome: 'cancelled', epochs: [] };
    try {
      listener.onEvent?.({ type: 'trialStarted', trainer: seat.number });
      return await superviseChild(trainer, job, { ...listener, signal }, { patience, grace }, pause);
    } finally {
      // What a process that was ended in the middle of writing leaves.
      for (const file of [job.weights, job.checkpoint?.file ?? null]) if (file !== null) removePartials(file);
    }
  };

  return {
    size: trainers.count,
    run: async (job, listener = {}) => {
      if (stopping || listener.signal?.aborted === true) return { outcome: 'cancelled', epochs: [] };
      const seat = await takeSeat();
      if (seat === null) return { outcome: 'cancelled', epochs: [] };
      try {
        return await train(seat, job, listener);
      } finally {
        leaveSeat(seat);
      }
    },
    stopAfterEpoch: () => {
      stopping = true;
      for (const { trainer } of seats) trainer?.send({ type: 'stopAfterEpoch' });
      for (const turnAway of waiting.splice(0)) turnAway(null);
    },
    pause: () => pause.set(true),
    resume: () => pause.set(false),
    close: async () => {
      stopping = true;
      closing.abort();
      for (const turnAway of waiting.splice(0)) turnAway(null);
      await Promise.all(seats.flatMap(({ trainer }) => (trainer ? [trainer.end(grace)] : [])));
    },
  };
}

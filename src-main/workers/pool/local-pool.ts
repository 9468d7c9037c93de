import { availableParallelism } from 'node:os';
import type { ChildResult } from '../../../src-shared/run/child-event';
import { removePartials } from '../../children/safetensors';
import { engineEnvironment, type EngineLimits } from '../../engine/load';
import { createPause, defaultPatience, type Patience } from './watchdog';
import { superviseChild } from './supervision';
import { type TrainerHandle, trainerHandle } from './trainer-handle';
import type { ChildListener, TrainerPool } from '../trainer-pool';
import type { SpawnTrainer } from '../trainer-process';
import type { TrialJob } from '../protocol';
import type { SearchConfig } from '../../../src-shared/config/search-config';

export interface LocalPoolOptions {
  readonly trainers: TrainerShares;
  readonly spawn: SpawnTrainer;
  /** Gets what trainers write to their standard streams, including TensorFlow's log. */
  readonly log?: (trainer: number, text: string) => void;
  /** Children that a process trains before a new one replaces it: TensorFlow does not release all of its memory. */
  readonly childrenPerProcess?: number;
  /** Bytes by which a process may grow after its first child before a new one replaces it. */
  readonly memoryGrowth?: number;
  readonly patience?: Patience;
  /** Milliseconds between asking a trainer to end and forcing it. */
  readonly grace?: number;
}

const defaultGrace = 5000;
const defaultChildrenPerProcess = 25;
/** Half a gigabyte: a new process takes about as much, and two seconds to start. */
const defaultMemoryGrowth = 512 * 2 ** 20;
/** A trainer loads TensorFlow before it is ready, which takes long on a slow disk. Milliseconds. */
export const startPatience = 120_000;
/** Attempts to start a process before the pool fails. */
const startAttempts = 2;

/** A place for one trainer process at a time. */
interface Seat {
  readonly number: number;
  trainer?: TrainerHandle | undefined;
}

/** Trains children in processes of this machine. Processes start with the first children and are reused for the next. */
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
      // A process that was killed while writing leaves partial files.
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
      for (const dismiss of waiting.splice(0)) dismiss(null);
    },
    pause: () => pause.set(true),
    resume: () => pause.set(false),
    close: async () => {
      stopping = true;
      closing.abort();
      for (const dismiss of waiting.splice(0)) dismiss(null);
      await Promise.all(seats.flatMap(({ trainer }) => (trainer ? [trainer.end(grace)] : [])));
    },
  };
}

/** The number of trainers and their resources. */
type TrainerShares = Pick<SearchConfig['trainers'], 'count' | 'threads' | 'device'> & {
  readonly gpuMemory?: number | null;
};

/** The resources of each trainer process. Without a number of threads the machine's cores are shared evenly. */
export function engineLimits({ count, threads, device, gpuMemory = null }: TrainerShares): EngineLimits {
  return {
    threads: threads ?? Math.max(1, Math.floor(availableParallelism() / count)),
    ...(device !== 'auto' && { gpus: device === 'cpu' ? [] : [Number(device.slice('gpu:'.length))] }),
    ...(gpuMemory !== null && { gpuMemory }),
  };
}

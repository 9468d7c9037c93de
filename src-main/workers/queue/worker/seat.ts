import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildEvent, ChildResult } from '../../../../src-shared/run/child-event';
import type { TrainerPool } from '../../trainer-pool';
import type { ChildJob, DesiredState } from '../wire/messages';
import { sharedFiles, type SharedFolder } from '../wire/files';
import type { TakenJob } from './taken-job';

/** Why a child was ended early. */
export type EndReason =
  /** Its search no longer waits for it. */
  | 'cancelled'
  /** Another worker has the job. */
  | 'lost'
  /** This worker ends. */
  | 'leaving';

/** The outcome of a child on a seat. */
export interface SeatResult {
  readonly result: ChildResult;
  readonly ended: EndReason | null;
  /** File of its weights; null when not requested. */
  readonly weights: { readonly path: string; readonly shared: boolean } | null;
}

/** A place for one child at a time, with its own trainer, so that each can be held and ended alone. */
export interface Seat {
  readonly number: number;
  /** The child that it trains. */
  readonly child: ChildJob | null;
  readonly epoch: number;
  /** Milliseconds since 1970 when its job's lock was last renewed. */
  renewedAt: number;
  readonly job: TakenJob | null;
  train(
    taken: TakenJob,
    child: ChildJob,
    data: string,
    onEvent: (event: ChildEvent) => void,
  ): Promise<SeatResult>;
  /** Applies the mode that its search requests. */
  obey(mode: DesiredState['mode']): void;
  /** Ends its child after the current epoch. */
  endAfterEpoch(reason: EndReason): void;
  endNow(reason: EndReason): void;
  close(): Promise<void>;
}

/** The child that a seat trains. */
interface AtWork {
  readonly taken: TakenJob;
  readonly child: ChildJob;
  readonly abort: AbortController;
  /** Completed epochs. */
  epoch: number;
  ended: EndReason | null;
  /** It ends after its current epoch. */
  stopping: boolean;
}

export interface SeatOptions {
  readonly number: number;
  /** Makes a pool of one trainer. */
  readonly pool: () => TrainerPool;
  /** Private folder of this worker, for checkpoints and weights. */
  readonly scratch: string;
  readonly shared: SharedFolder | null;
}

export function createSeat({ number, pool: makePool, scratch, shared }: SeatOptions): Seat {
  let pool: TrainerPool | null = null;
  let now: AtWork | null = null;

  const files = (taken: TakenJob, child: ChildJob) => {
    const isShared = shared !== null && shared.id === child.shared;
    const { checkpoint, weights } = isShared
      ? sharedFiles(shared.folder, child.search, taken.id)
      : sharedFiles(scratch, child.search, taken.id);
    return { checkpoint, weights, isShared };
  };
  const endAfterEpoch = (reason: EndReason | null): void => {
    if (now === null || now.stopping) return;
    now.ended ??= reason;
    now.stopping = true;
    pool?.stopAfterEpoch();
  };

  return {
    number,
    renewedAt: 0,
    get child() {
      return now?.child ?? null;
    },
    get job() {
      return now?.taken ?? null;
    },
    get epoch() {
      return now?.epoch ?? 0;
    },
    train: async (taken, child, data, onEvent) => {
      const { checkpoint, weights, isShared } = files(taken, child);
      pool ??= makePool();
      const abort = new AbortController();
      const work: AtWork = { taken, child, abort, epoch: 0, ended: null, stopping: false };
      now = work;
      try {
        const result = await pool.run(
          {
            trial: child.trial,
            child: child.child,
            seed: child.seed,
            data,
            weights: child.weights ? weights : null,
            checkpoint:
              child.checkpointEpochs === null
                ? null
                : { file: checkpoint, everyEpochs: child.checkpointEpochs },
          },
          {
            onEvent: (event) => {
              if (event.type === 'trialRestored') work.epoch = event.epochs.length;
              if (event.type === 'epochEnded') work.epoch = event.record.epoch + 1;
              // Its pool has one trainer; report the worker's number of it.
              onEvent(event.type === 'trialStarted' ? { ...event, trainer: number } : event);
            },
            signal: abort.signal,
          },
        );
        // Keep the checkpoint of a child that another worker resumes.
        if (result.outcome !== 'cancelled' && !(work.stopping && work.ended === 'leaving' && isShared))
          rmSync(checkpoint, { force: true });
        return {
          result,
          ended: work.ended,
          weights: child.weights ? { path: weights, shared: isShared } : null,
        };
      } finally {
        now = null;
        // A stopped pool accepts no more children.
        if (work.stopping) {
          const old = pool;
          pool = null;
          await old.close();
        }
      }
    },
    obey: (mode) => {
      if (mode === 'stop') endAfterEpoch(null);
      else if (mode === 'pause') pool?.pause();
      else pool?.resume();
    },
    endAfterEpoch: (reason) => {
      pool?.resume();
      endAfterEpoch(reason);
    },
    endNow: (reason) => {
      if (now === null) return;
      now.ended ??= reason;
      now.abort.abort();
    },
    close: async () => {
      await pool?.close();
      pool = null;
    },
  };
}

/** Private folder of a seat, below that of its worker. */
export function seatFolder(scratch: string, number: number): string {
  return join(scratch, String(number));
}

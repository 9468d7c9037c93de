import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import type { FailureReason } from '../../src-shared/run/trial';
import type { TrialJob } from './trial-job';

/** How far a child is in its epoch; steps of training and of evaluation alike. */
export interface TrialProgress {
  /** From 0. */
  readonly epoch: number;
  /** Steps of the epoch that are done, and of how many. */
  readonly step: number;
  readonly steps: number;
}

/** What the caller wants to hear of a child, and how it ends it. An error that one of these throws ends the child and comes out of `run`. */
export interface TrialListener {
  /** A trainer has taken the child; trainers are numbered from 1. */
  readonly onStart?: (trainer: number) => void;
  /** The child is about to take its first step; the epochs are those that it goes on from, none when it begins anew. */
  readonly onBegin?: (epochs: readonly EpochRecord[]) => void;
  /** At most four times a second. */
  readonly onProgress?: (progress: TrialProgress) => void;
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Ends the child at once, and its trainer with it. */
  readonly signal?: AbortSignal;
  /** Ends the child after the step that it is in; its trainer is there for the next. */
  readonly afterStep?: AbortSignal;
}

/** How a child ended. Epochs are those that were complete, in this training or the one that it went on from, whatever came after. */
export type TrialResult =
  /** `stopped`: ended early on request, after a whole epoch; its result counts. */
  | { readonly outcome: 'completed'; readonly stopped: boolean; readonly epochs: readonly EpochRecord[] }
  | {
      readonly outcome: 'failed';
      readonly reason: FailureReason;
      /** A sentence for the user. */
      readonly message: string;
      readonly epochs: readonly EpochRecord[];
    }
  /** Ended by the signal or by the pool's end: neither success nor failure. */
  | { readonly outcome: 'interrupted'; readonly epochs: readonly EpochRecord[] };

/** Who trains children, wherever they run. Jobs beyond its size wait in the order of their calls. */
export interface TrainerPool {
  /** Children that train at the same time; where trainers come and go, at the moment. */
  readonly size: number;
  /** Calls back when the size has changed; absent where it never does. */
  readonly onResize?: (listener: () => void) => void;
  /**
   * Trains a child. A child that fails is a result, not an error, and its trainer is replaced.
   * @throws engine.missing when no trainer can be started at all; run.not-writable when the child is trained and its weights cannot be
   * written
   */
  run(job: TrialJob, listener?: TrialListener): Promise<TrialResult>;
  /** Ends each child after the epoch that it is in, keeping its result; those that have not begun are interrupted, now and later. */
  stopAfterEpoch(): void;
  /** Holds all children between two steps, those that begin meanwhile too; their time limits and the watch over them stand still. */
  pause(): void;
  /** Lets the children that were held go on. */
  resume(): void;
  /** Ends everything at once and waits until it has ended. */
  close(): Promise<void>;
}

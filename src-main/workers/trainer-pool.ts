import type { ChildEvent, ChildResult } from '../../src-shared/run/child-event';
import type { TrialJob } from './protocol';

/** Follows and cancels a child. */
export interface ChildListener {
  /**
   * Receives each event but the end, which is the result; progress at most four times a second. A function, not an iterator, so that an event
   * is stored before the next one arrives. An error that it throws ends the child and is thrown by `run`.
   */
  readonly onEvent?: (event: ChildEvent) => void;
  /** Ends the child at once, and its trainer with it. */
  readonly signal?: AbortSignal;
  /** Ends the child after its current step; its trainer is reused. */
  readonly afterStep?: AbortSignal;
}

/** Trains children, here or elsewhere. Jobs beyond its size wait in the order of their calls. */
export interface TrainerPool {
  /** Children that can train in parallel; varies where trainers come and go. */
  readonly size: number;
  /** Calls back when the size has changed; absent where it never does. */
  readonly onResize?: (listener: () => void) => void;
  /**
   * Trains a child. A child that fails is a result, not an error, and its trainer is replaced.
   * @throws engine.missing when no trainer can be started at all; run.not-writable when the child is trained and its weights cannot be
   * written
   */
  run(job: TrialJob, listener?: ChildListener): Promise<ChildResult>;
  /** Ends each child after its current epoch, keeping its result; those that have not begun are cancelled, now and later. */
  stopAfterEpoch(): void;
  /** Holds all children between two steps, also those that begin later, with their time limits and watchdogs. */
  pause(): void;
  /** Lets the held children continue. */
  resume(): void;
  /** Ends everything at once and waits until it has ended. */
  close(): Promise<void>;
}

import type { ChildEvent, ChildResult } from '../../src-shared/run/child-event';
import type { TrialJob } from './protocol';

/** How the caller follows a child and ends it. */
export interface ChildListener {
  /**
   * Hears each event but the end, which is the result; progress at most four times a second. A function, and no iterator, so that an event
   * is stored before the next one comes. An error that it throws ends the child and is thrown by `run`.
   */
  readonly onEvent?: (event: ChildEvent) => void;
  /** Ends the child at once, and its trainer with it. */
  readonly signal?: AbortSignal;
  /** Ends the child after the step that it is in; its trainer is there for the next. */
  readonly afterStep?: AbortSignal;
}

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
  run(job: TrialJob, listener?: ChildListener): Promise<ChildResult>;
  /** Ends each child after the epoch that it is in, keeping its result; those that have not begun are cancelled, now and later. */
  stopAfterEpoch(): void;
  /** Holds all children between two steps, those that begin meanwhile too; their time limits and the watchdogs stop too. */
  pause(): void;
  /** Lets the held children continue. */
  resume(): void;
  /** Ends everything at once and waits until it has ended. */
  close(): Promise<void>;
}

import type { RunEvent } from '../../src-shared/run/run-event';
import type { Trial } from '../../src-shared/run/trial';
import type { Decision } from '../../src-shared/search-space';
import type { Strategy } from '../strategy/strategy';
import { multiplyAddsUsed } from '../runs/summarise-run';
import type { WritableRun } from '../runs/run-folder';
import type { Durability } from '../runs/sqlite/database';
import { storeEvent } from '../runs/tables/events';
import type { TrainerPool } from '../workers/trainer-pool';
import type { Candidate } from './candidate';
import { earlyStopping, type EarlyStopping } from './early-stopping';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { CellsmithError } from '../../src-shared/errors';
import { setPause } from '../runs/tables/sessions';

/** Dependencies of a search. */
export interface SearchParts {
  readonly run: WritableRun;
  /** Fresh: the search restores it from the run's checkpoint. */
  readonly strategy: Strategy;
  readonly candidateOf: (depth: number, decisions: readonly Decision[]) => Candidate;
  /** Trains the children; the caller closes it. */
  readonly pool: TrainerPool;
  /** Absolute path of the decoded data set. */
  readonly data: string;
  /** Receives every event after it has been stored. */
  readonly listener: (event: RunEvent) => void;
  readonly stop: StopSignals;
  /** Versions of the software of this session, for its record. */
  readonly software: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Evaluates trained children when all are trained, unless the search was stopped or has failed. */
  readonly evaluate?: (state: SearchState) => Promise<void>;
  /** Whether no child is trained in this session, and only the evaluation is done. */
  readonly evaluatesOnly?: boolean;
  /** Called with the control of the search once it has begun. */
  readonly onBegin?: (control: SearchControl) => void;
}

/** Stop a search; it can be resumed after either. */
export interface StopSignals {
  /** Children end after their current epoch. */
  readonly afterEpoch: AbortSignal;
  /** Children end at once. */
  readonly now: AbortSignal;
}

/** The parts, and the state that the lanes of a running search share. */
export interface SearchState extends Omit<SearchParts, 'clock'> {
  /** Current description: its budget may be extended. */
  run: WritableRun;
  /** The number of this session. */
  session: number;
  readonly clock: () => number;
  /** One place for each trainer: other children have not begun and need not be ended. */
  readonly gate: Gate;
  /** The last trial in progress of each network, by hash: the next one waits for it. */
  readonly underWay: Map<string, Promise<unknown>>;
  /** The trials in training by number, each with its own abort. */
  readonly training: Map<number, AbortController>;
  /** The work in progress for each unsettled trial, so that none is done twice. */
  readonly settling: Map<number, Promise<Trial>>;
  /** Active lanes and retried children: the search ends when there are none. */
  readonly work: Set<Promise<void>>;
  /** Lanes whose loop has not ended; only the first when they learn in step. */
  readonly lanes: Set<number>;
  readonly pause: PauseState;
  readonly stopping: EarlyStopping;
  /** Ends all children at once: by the user's signal or because something broke. */
  readonly halt: AbortController;
  /** The first error; others that follow from it are in the log. */
  failure: unknown;
  /** Milliseconds until the budget's hours are used up. */
  timeLeft: () => number;
}

interface PauseState {
  /** When the current pause began, in milliseconds since 1970; null when there is none. */
  since: number | null;
  /** Milliseconds of this session's earlier pauses. */
  total: number;
  /** Resolvers of those that wait for its end. */
  readonly waiting: (() => void)[];
}

export function createState(parts: SearchParts): SearchState {
  const clock = parts.clock ?? Date.now;
  const gate = createGate(() => parts.pool.size);
  parts.pool.onResize?.(gate.refresh);
  return {
    ...parts,
    clock,
    gate,
    underWay: new Map(),
    training: new Map(),
    settling: new Map(),
    work: new Set(),
    lanes: new Set(),
    pause: { since: null, total: 0, waiting: [] },
    stopping: earlyStopping(parts.run),
    session: 0,
    halt: new AbortController(),
    failure: undefined,
    timeLeft: () => Infinity,
  };
}

/** Ends the search because of an error: no more children begin, those in training end at once. */
export function fail(state: SearchState, error: unknown): void {
  state.failure ??= error;
  state.run.log.write('search', error instanceof Error ? (error.stack ?? error.message) : String(error));
  state.halt.abort();
  for (const resolve of state.pause.waiting.splice(0)) resolve();
}

/** Whether no more children may begin: the user ends the search, an error ended it, or its budget of time or multiply-adds is used up. */
export function isEnding(state: SearchState): boolean {
  return isHalting(state) || state.timeLeft() <= 0 || isSpent(state);
}

function isSpent({ run }: SearchState): boolean {
  const { multiplyAdds } = run.manifest.config.budget;
  return multiplyAdds !== null && (multiplyAddsUsed(run) ?? 0) >= multiplyAdds;
}

/** Whether the user or an error ends the search. */
export function isHalting({ stop, halt }: SearchState): boolean {
  return stop.afterEpoch.aborted || stop.now.aborted || halt.signal.aborted;
}

/**
 * Stores an event together with the rows that `write` stores, then passes it to the listener.
 * @param durability 'relaxed' for what a resumed search recovers by itself: there are many of these, and each sync takes milliseconds
 */
export function record(
  state: SearchState,
  event: RunEvent,
  write?: () => void,
  durability: Durability = 'full',
): void {
  state.run.database.transaction(() => {
    write?.();
    storeEvent(state.run.database, event);
  }, durability);
  state.listener(event);
}

/** Controls a running search. */
export interface SearchControl {
  pause(): void;
  /** Resumes after a pause. */
  resume(): void;
  /**
   * Ends one child at once. With at least one epoch, its reward is that of its epochs; otherwise it has failed.
   * @throws CellsmithError 'child.not-training'
   */
  stopChild(trial: number): void;
  /**
   * Retries failed children: these, or (null) all whose failure may be the machine's.
   * @returns their numbers
   * @throws CellsmithError 'child.not-failed' when one of these has not failed
   */
  retry(trials: readonly number[] | null): number[];
  /** Changes the budget. @returns the updated description of the run */
  extend(budget: SearchConfig['budget']): WritableRun;
}

export function notTraining(trial: number): CellsmithError {
  return new CellsmithError('child.not-training', `Child ${trial} is not in training.`);
}

/**
 * Pauses a search: children are held between two steps, and none begins. The pause does not count towards the
 * budget's hours. It is stored, so that others see it; a search whose process ends during a pause is interrupted.
 */
export function pauseSearch(state: SearchState): void {
  const { pause, run, session } = state;
  if (pause.since !== null || isHalting(state)) return;
  const at = state.clock();
  pause.since = at;
  state.pool.pause();
  record(state, { type: 'runPaused', at }, () =>
    setPause(run.database, session, { paused: pause.total, pausedAt: at }),
  );
}

/** Resumes a paused search. */
export function continueSearch(state: SearchState): void {
  const { pause, run, session } = state;
  if (pause.since === null) return;
  const at = state.clock();
  pause.total += at - pause.since;
  pause.since = null;
  record(state, { type: 'runContinued', at }, () =>
    setPause(run.database, session, { paused: pause.total, pausedAt: null }),
  );
  state.pool.resume();
  for (const resolve of pause.waiting.splice(0)) resolve();
}

/** Resolves when the search is not paused, or is ending. */
export async function untilContinued(state: SearchState): Promise<void> {
  while (state.pause.since !== null && !isHalting(state))
    await new Promise<void>((resolve) => state.pause.waiting.push(resolve));
}

/** A FIFO semaphore. */
interface Gate {
  /** Waits for a place; call the returned function to release it. */
  enter(): Promise<() => void>;
  /** Lets those through for whom there are places now. */
  readonly refresh: () => void;
}

/** @param places how many there are at the moment */
export function createGate(places: () => number): Gate {
  let taken = 0;
  const waiting: (() => void)[] = [];
  const refresh = (): void => {
    while (taken < places()) {
      const next = waiting.shift();
      if (next === undefined) return;
      taken += 1;
      next();
    }
  };
  const leave = (): void => {
    taken -= 1;
    refresh();
  };
  const once = (action: () => void): (() => void) => {
    let done = false;
    return () => {
      if (!done) action();
      done = true;
    };
  };
  return {
    enter: async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        refresh();
      });
      return once(leave);
    },
    refresh,
  };
}

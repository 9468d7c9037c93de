import type { RunEvent } from '../../src-shared/run/run-event';
import type { Trial } from '../../src-shared/run/trial';
import type { Decision } from '../../src-shared/space/search-space';
import type { Strategy } from '../strategy/strategy';
import { multiplyAddsUsed } from '../runs/budget-used';
import type { WritableRun } from '../runs/run-folder';
import type { Durability } from '../runs/sqlite/database';
import { storeEvent } from '../runs/tables/events';
import type { TrainerPool } from '../workers/trainer-pool';
import type { Child } from '../../src-shared/tasks/tasks';
import { earlyStopping, type EarlyStopping } from './trials/early-stopping';
import { createGate, type Gate } from './control/gate';
import type { SearchControl } from './control/search-control';

/** A network as the search sees it. */
export interface Candidate {
  /** The network or cell, with the recipe of the run. */
  readonly child: Child;
  /** Equal for decisions that mean the same network. */
  readonly hash: string;
  readonly parameters: number;
  /** Of one image or token. */
  readonly multiplyAdds: number;
}

/** Dependencies of a search. */
export interface SearchParts {
  readonly run: WritableRun;
  /** Fresh: the search restores it from the run's checkpoint. */
  readonly strategy: Strategy;
  readonly candidateOf: (depth: number, decisions: readonly Decision[]) => Candidate;
  /** Who trains the children. It is not closed by the search. */
  readonly pool: TrainerPool;
  /** Absolute path of the decoded data set. */
  readonly data: string;
  /** Receives every event after it has been stored. */
  readonly listener: (event: RunEvent) => void;
  readonly stop: StopSignals;
  /** Versions of what this session runs on, for its record. */
  readonly software: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Gets the control of the search when it has begun. */
  readonly onBegin?: (control: SearchControl) => void;
}

/** How a search is ended from outside; it can be resumed after either. */
export interface StopSignals {
  /** Children end after the epoch that they are in. */
  readonly afterEpoch: AbortSignal;
  /** Children end at once. */
  readonly now: AbortSignal;
}

/** The parts, and what the lanes of a running search share. */
export interface SearchState extends Omit<SearchParts, 'clock'> {
  /** Current description: its budget may be extended. */
  run: WritableRun;
  /** The number of this session. */
  session: number;
  readonly clock: () => number;
  /** As many places as there are trainers: children beyond them have not begun and need not be ended. */
  readonly gate: Gate;
  /** The last of each network's trials that are under way, by hash: the next one waits for it. */
  readonly underWay: Map<string, Promise<unknown>>;
  /** The trials in training by their numbers, and what ends each of them alone. */
  readonly training: Map<number, AbortController>;
  /** The work under way for each trial that is not settled, so that none is done twice. */
  readonly settling: Map<number, Promise<Trial>>;
  /** Lanes at work, and children that are trained again: the search lasts until there is none. */
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

export interface PauseState {
  /** When the pause that lasts began; milliseconds since 1970, or null. */
  since: number | null;
  /** Milliseconds of this session's earlier pauses. */
  total: number;
  /** Those who wait for its end. */
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

/** Ends the search because of an error: no child begins any more, those in training end at once. */
export function fail(state: SearchState, error: unknown): void {
  state.failure ??= error;
  state.run.log.write('search', error instanceof Error ? (error.stack ?? error.message) : String(error));
  state.halt.abort();
  for (const goOn of state.pause.waiting.splice(0)) goOn();
}

/** Whether no more children may begin: the user ends the search, something broke, or its budget of time or of multiply-adds is used up. */
export function isEnding(state: SearchState): boolean {
  return isHalting(state) || state.timeLeft() <= 0 || isSpent(state);
}

function isSpent({ run }: SearchState): boolean {
  const { multiplyAdds } = run.manifest.config.budget;
  return multiplyAdds !== null && (multiplyAddsUsed(run) ?? 0) >= multiplyAdds;
}

/** Whether the user ends the search, or something broke. */
export function isHalting({ stop, halt }: SearchState): boolean {
  return stop.afterEpoch.aborted || stop.now.aborted || halt.signal.aborted;
}

/**
 * Stores an event together with the facts that `write` stores, then passes it to the listener.
 * @param durability 'relaxed' for what a resumed search finds again by itself: there are many of these, and each sync takes milliseconds
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

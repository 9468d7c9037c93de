import { setImmediate as nextTurn } from 'node:timers/promises';

/** Holds a child between two of its steps, in the trainer's process. */
export interface Hold {
  hold(): void;
  release(): void;
  /** To be awaited between steps: gives the event loop its turn, and resolves when the child is not held. */
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

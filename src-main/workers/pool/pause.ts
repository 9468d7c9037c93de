import { timer } from './watchdog';

/** Whether the children of a pool are held; listeners hear when that changes. */
export interface Pause {
  readonly paused: boolean;
  set(paused: boolean): void;
  /** Gives back how to stop listening. */
  onChange(listener: (paused: boolean) => void): () => void;
}

export function createPause(): Pause {
  let paused = false;
  const listeners = new Set<(paused: boolean) => void>();
  return {
    get paused() {
      return paused;
    },
    set: (next) => {
      if (next === paused) return;
      paused = next;
      for (const listener of [...listeners]) listener(next);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A timer that can be held. */
export interface HeldTimer {
  hold(): void;
  release(): void;
  /** Takes this many milliseconds off. */
  shorten(milliseconds: number): void;
  stop(): void;
}

/** Calls `action` after `milliseconds` in which it was not held. */
export function heldTimer(
  action: () => void,
  milliseconds: number,
  now: () => number = () => performance.now(),
): HeldTimer {
  let left = milliseconds;
  let since = 0;
  let running: NodeJS.Timeout | undefined;
  const release = (): void => {
    if (running !== undefined) return;
    since = now();
    running = timer(action, left);
  };
  const stop = (): void => {
    clearTimeout(running);
    running = undefined;
  };
  const hold = (): void => {
    if (running === undefined) return;
    left = Math.max(0, left - (now() - since));
    stop();
  };
  release();
  return {
    hold,
    release,
    shorten: (milliseconds) => {
      const held = running === undefined;
      hold();
      left = Math.max(0, left - milliseconds);
      if (!held) release();
    },
    stop,
  };
}

/** The longest silence of a trainer, in milliseconds. */
export interface Patience {
  /** Until the first step is done: the graph is built, loaded and optimised without a message. */
  readonly first: number;
  /** Afterwards at least this; a call of TensorFlow blocks the trainer for the length of a step, */
  readonly least: number;
  /** so that slow networks get this many times the length of a step. */
  readonly steps: number;
}

export const defaultPatience: Patience = { first: 900_000, least: 120_000, steps: 20 };

/** The patience of a search whose trainers may be silent for `silence` seconds. */
export function patienceOf(silence: number): Patience {
  return {
    ...defaultPatience,
    least: 1000 * silence,
    first: Math.max(defaultPatience.first, 1000 * silence),
  };
}

/** Longest delay of Node's timers. */
const longestDelay = 0x7fffffff;

/** A timer that caps delays at the longest that Node supports. */
export function timer(action: () => void, milliseconds: number): NodeJS.Timeout {
  return setTimeout(action, Math.min(milliseconds, longestDelay));
}

/** Measures the length of steps by a trainer's messages, and reports a silence that is too long. */
interface Watchdog {
  /** The trainer has sent a message that is not about steps. */
  heard(): void;
  /** The trainer has done this many steps in total. */
  heardSteps(steps: number): void;
  /** The trainer has ended an epoch. When no steps were reported before, they were quick. */
  heardEpoch(): void;
  /** The trainer is held: its silence does not count until `release`. */
  hold(): void;
  release(): void;
  stop(): void;
}

/**
 * @param onSilence gets the length of the silence in milliseconds
 * @param now in milliseconds, monotonic
 */
export function startWatchdog(
  patience: Patience,
  onSilence: (silence: number) => void,
  now: () => number = () => performance.now(),
): Watchdog {
  let stepTime: number | undefined;
  let last: { readonly steps: number; readonly at: number } | undefined;
  let alarm: NodeJS.Timeout | undefined;
  let held = false;
  const arm = (): void => {
    clearTimeout(alarm);
    if (held) return;
    const silence =
      stepTime === undefined ? patience.first : Math.max(patience.least, patience.steps * stepTime);
    alarm = timer(() => onSilence(silence), silence);
  };
  arm();
  return {
    heard: arm,
    heardSteps: (steps) => {
      const at = now();
      // The slowest counts: evaluation steps are quicker than training steps.
      if (!held && last !== undefined && steps > last.steps)
        stepTime = Math.max(stepTime ?? 0, (at - last.at) / (steps - last.steps));
      last = { steps, at };
      arm();
    },
    heardEpoch: () => {
      stepTime ??= 0;
      arm();
    },
    hold: () => {
      held = true;
      clearTimeout(alarm);
    },
    release: () => {
      held = false;
      // The step that was held does not measure the length of a step.
      last = undefined;
      arm();
    },
    stop: () => clearTimeout(alarm),
  };
}

/** Whether the children of a pool are held, with listeners for changes. */
export interface Pause {
  readonly paused: boolean;
  set(paused: boolean): void;
  /** Returns a function that stops listening. */
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
interface HeldTimer {
  hold(): void;
  release(): void;
  /** Shortens the remaining time. */
  shorten(milliseconds: number): void;
  stop(): void;
}

/** Calls `action` after `milliseconds`, not counting the time in which it is held. */
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

/** How long a trainer may be silent, in milliseconds. */
export interface Patience {
  /** Until the first step is done: the graph is built, loaded and optimised in one piece. */
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

/** Longest delay that a timer of Node takes. */
const longestDelay = 0x7fffffff;

/** A timer for up to years: delays beyond what Node takes count as the longest. */
export function timer(action: () => void, milliseconds: number): NodeJS.Timeout {
  return setTimeout(action, Math.min(milliseconds, longestDelay));
}

/** Measures steps by the messages of a trainer and calls for its end when it has been silent for too long. */
export interface Watchdog {
  /** The trainer has said something that is not about steps. */
  heard(): void;
  /** The trainer has done this many steps in all. */
  heardSteps(steps: number): void;
  /** The trainer has ended an epoch. An epoch without a step between two messages had quick steps. */
  heardEpoch(): void;
  /** The trainer is held: its silence means nothing until `release`. */
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
      // The slowest counts: steps of evaluation are quicker than those of training.
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
      // The step that was held in between says nothing of how long a step takes.
      last = undefined;
      arm();
    },
    stop: () => clearTimeout(alarm),
  };
}

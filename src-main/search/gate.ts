/** A FIFO semaphore. */
export interface Gate {
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

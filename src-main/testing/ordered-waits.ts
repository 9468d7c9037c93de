/** Time that passes only for those who wait for it: the same waits end in the same order however busy the machine is. */
export interface OrderedWaits {
  /** @param duration in a unit of the caller's */
  wait(duration: number): Promise<void>;
}

interface Waiting {
  readonly until: number;
  readonly goOn: () => void;
}

/** Begins at 0. Whoever is due first goes on first, of two at once the one that came first; the others follow in later turns of the event loop. */
export function orderedWaits(): OrderedWaits {
  let now = 0;
  let waiting: Waiting[] = [];
  const next = (): void => {
    const first = waiting.reduce((early, one) => (one.until < early.until ? one : early));
    waiting = waiting.filter((one) => one !== first);
    now = first.until;
    first.goOn();
    if (waiting.length > 0) setImmediate(next);
  };
  return {
    wait: (duration) =>
      new Promise((goOn) => {
        waiting.push({ until: now + duration, goOn });
        if (waiting.length === 1) setImmediate(next);
      }),
  };
}

/** Time that passes only in waits: the same waits end in the same order however busy the machine is. */
export interface OrderedWaits {
  /** @param duration in a unit of the caller's */
  wait(duration: number): Promise<void>;
}

interface Waiting {
  readonly until: number;
  readonly goOn: () => void;
}

/** Starts at 0. Waits resolve in the order in which they are due, equal ones in the order of the calls, each in a separate turn of the event loop. */
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

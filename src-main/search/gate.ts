/** Lets so many through at a time; the others wait in the order in which they came. */
export interface Gate {
  /** Waits for a place; what it gives back frees the place again. */
  enter(): Promise<() => void>;
}

export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
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
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return once(leave);
    },
  };
}

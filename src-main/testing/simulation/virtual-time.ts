import { setImmediate as turn } from 'node:timers/promises';

/** Time that passes as fast as its events are handled, in milliseconds. */
export interface VirtualTime {
  readonly now: () => number;
  /** Schedules an action after a delay; simultaneous ones run in the order of the calls. */
  readonly after: (milliseconds: number, action: () => void) => void;
  /** Lets time pass until `work` is done. */
  readonly until: <T>(work: Promise<T>) => Promise<T>;
}

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/**
 * @param cost time of handling so far in milliseconds, by any clock: it passes in virtual time too, so that slow handling of an
 * event delays the next. Without it, handling takes no time and the course is always the same.
 */
export function virtualTime(cost: () => number = () => 0): VirtualTime {
  const heap: Happening[] = [];
  let now = 0;
  let order = 0;
  return {
    now: () => Math.round(now),
    after: (milliseconds, action) => push(heap, { at: now + milliseconds, order: order++, action }),
    until: async (work) => {
      let done = false as boolean;
      const ended = work.finally(() => (done = true));
      // The caller that awaits it gets the error; the loop only needs its end.
      ended.catch(() => undefined);
      // All promises that can continue do so before the next turn of the event loop.
      await turn();
      for (let before = cost(); ;) {
        if (done) return ended;
        const next = pop(heap);
        if (next === undefined) throw new Error('Nothing more happens, and the work is not done.');
        now = Math.max(now, next.at);
        next.action();
        await turn();
        const after = cost();
        now += after - before;
        before = after;
      }
    },
  };
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Happening[], item: Happening): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(item, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = item;
}

function pop(heap: Happening[]): Happening | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const smaller = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
    if (smaller === undefined || !isBefore(smaller, last)) break;
    heap[at] = smaller;
    at = smaller === right ? 2 * at + 2 : 2 * at + 1;
  }
  heap[at] = last;
  return first;
}

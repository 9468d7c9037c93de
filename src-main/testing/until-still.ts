import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits until a value has stayed the same for a time: that nothing happens shows in no event.
 * @param window milliseconds
 */
export async function untilStill(read: () => unknown, window: number): Promise<void> {
  let before: unknown;
  do {
    before = read();
    await wait(window);
  } while (read() !== before);
}

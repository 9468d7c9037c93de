import type { Page } from '@playwright/test';

/** How evenly a page was drawn. Milliseconds. */
export interface Frames {
  readonly longest: number;
  /** How many took longer than a tenth of a second. */
  readonly slow: number;
  readonly count: number;
}

/** What the measurements use of a page's globals. */
interface PageGlobals {
  requestAnimationFrame(then: (now: number) => void): void;
  measured: { frames: number[]; goesOn: boolean };
}

/** The frames between one drawing and the next while something is done to the page. */
export async function framesDuring(page: Page, action: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const globals = globalThis as unknown as PageGlobals;
    const measured: PageGlobals['measured'] = { frames: [], goesOn: true };
    globals.measured = measured;
    let last: number | null = null;
    const frame = (now: number): void => {
      if (last !== null) measured.frames.push(now - last);
      last = now;
      if (measured.goesOn) globals.requestAnimationFrame(frame);
    };
    globals.requestAnimationFrame(frame);
  });
  await action();
  const frames = await page.evaluate(() => {
    const { measured } = globalThis as unknown as PageGlobals;
    measured.goesOn = false;
    return measured.frames;
  });
  return {
    longest: Math.max(0, ...frames),
    slow: frames.filter((frame) => frame > 100).length,
    count: frames.length,
  };
}

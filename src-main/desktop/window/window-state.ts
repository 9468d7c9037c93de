import { z } from 'zod';

/** Where the window was. Device-independent pixels. */
export const windowStateSchema = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximised: z.boolean(),
});
export type WindowState = z.infer<typeof windowStateSchema>;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest window that the pages support. */
export const smallest = { width: 1024, height: 700 };
const usual = { width: 1440, height: 900 };

/**
 * Where to open the window: where it was, if enough of it can still be seen to take hold of, else in the middle of the first screen.
 * @param screens the parts of the screens that windows may use, the main one first
 */
export function placeWindow(saved: WindowState | null, screens: readonly Area[]): Partial<Area> {
  const [main] = screens;
  const room = main ?? { x: 0, y: 0, ...usual };
  if (saved === null)
    return { width: Math.min(usual.width, room.width), height: Math.min(usual.height, room.height) };
  const { x, y, width, height } = saved;
  const seen = screens.some(
    (screen) =>
      x + width > screen.x + 100 &&
      x < screen.x + screen.width - 100 &&
      y >= screen.y - 10 &&
      y < screen.y + screen.height - 50,
  );
  const size = { width: Math.max(width, smallest.width), height: Math.max(height, smallest.height) };
  return seen ? { x, y, ...size } : size;
}

import type { Plot } from './draw';
import type { DrawnAxis } from './geometry';

/** Hit distance of a line, in pixels. */
const reach = 6;

/** The network whose line is closest to a position in pixels between two axes; null when none is near. */
export function networkAt(
  axes: readonly DrawnAxis[],
  { xs, top, bottom }: Plot,
  networks: readonly number[],
  x: number,
  y: number,
): number | null {
  const after = xs.findIndex((axis) => axis > x);
  const [left, right] = [axes[after - 1], axes[after]];
  const [from, to] = [xs[after - 1], xs[after]];
  if (left === undefined || right === undefined || from === undefined || to === undefined) return null;
  const share = (x - from) / (to - from);
  const span = bottom - top;
  let [nearest, least]: [number | null, number] = [null, reach];
  for (const network of networks) {
    const [start, end] = [left.spread[network] ?? NaN, right.spread[network] ?? NaN];
    // Across the line, not along the vertical: steep lines are as easy to hit as flat ones.
    const slope = ((end - start) * span) / (to - from);
    const distance = Math.abs(bottom - (start + share * (end - start)) * span - y) / Math.hypot(1, slope);
    // Of lines over each other the last is on top. NaN is never near.
    if (distance <= least) [nearest, least] = [network, distance];
  }
  return nearest;
}

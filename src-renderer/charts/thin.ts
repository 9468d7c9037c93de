import { fits, type Axis, type Range, type Point, type Series } from './figure';

/** Where a series is drawn: the stretch of x that is shown, null for all of it, and the size of the drawing in pixels. */
export interface Place {
  readonly shown: Range | null;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
}

/** Width and height of a grid cell in which points are indistinguishable, in pixels. */
const cell = 2;

/**
 * Those points of a series that its drawing needs to look as it would with all of them: of a line or a band the first, the lowest,
 * the highest and the last of each column of pixels, of points one where several cover each other. Where only a stretch of x is
 * shown, the neighbours beyond its ends belong to the drawing too.
 * @returns some of the very points, in their order
 */
export function thinned({ kind, points }: Pick<Series, 'kind' | 'points'>, place: Place): readonly Point[] {
  const shown = place.shown === null ? points : within(points, place.shown);
  if (shown.length <= place.width) return shown;
  const column = cells(
    shown.map(({ x }) => x),
    place.x,
    place.width,
  );
  if (kind !== 'points') return extremes(shown, column);
  const row = cells(
    shown.map(({ y }) => y),
    place.y,
    place.height,
  );
  const taken = new Set<number>();
  return shown.filter((_point, index) => {
    const key = (column[index] ?? 0) * 1e4 + (row[index] ?? 0);
    return !taken.has(key) && taken.add(key);
  });
}

/** The points of a stretch of x, and the next ones beyond its ends. */
function within(points: readonly Point[], { min, max }: Range): readonly Point[] {
  const first = points.findIndex(({ x }) => x >= min);
  const after = points.findIndex(({ x }) => x > max);
  return points.slice(
    first < 0 ? Math.max(0, points.length - 1) : Math.max(0, first - 1),
    after < 0 ? points.length : after + 1,
  );
}

/** In which cell of the axis each value lies. */
function cells(values: readonly number[], axis: Axis, pixels: number): readonly number[] {
  const at = (value: number): number => (axis.logarithmic === true ? Math.log(value) : value);
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (!fits(value, axis)) continue;
    least = Math.min(least, at(value));
    most = Math.max(most, at(value));
  }
  const perPixel = most > least ? pixels / (most - least) : 0;
  return values.map((value) =>
    fits(value, axis) ? Math.floor(((at(value) - least) * perPixel) / cell) : -1,
  );
}

function extremes(points: readonly Point[], column: readonly number[]): readonly Point[] {
  const kept: Point[] = [];
  for (let first = 0; first < points.length;) {
    let next = first;
    let [lowest, highest] = [first, first];
    for (; next < points.length && column[next] === column[first]; next++) {
      const y = points[next]?.y ?? NaN;
      if (y < (points[lowest]?.y ?? Infinity)) lowest = next;
      if (y > (points[highest]?.y ?? -Infinity)) highest = next;
    }
    const places = new Set([first, Math.min(lowest, highest), Math.max(lowest, highest), next - 1]);
    for (const place of places) {
      const point = points[place];
      if (point !== undefined) kept.push(point);
    }
    first = next;
  }
  return kept;
}

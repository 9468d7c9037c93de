import type { Palette } from './theme';

/** Opacity of a band's ground, on the screen and in images. */
export const bandOpacity = 0.16;

/** An axis of a chart. */
export interface Axis {
  /** With the unit: 'Accuracy, %'. */
  readonly label: string;
  readonly logarithmic?: boolean;
  /** Formats tick labels; plain numbers by default. */
  readonly tick?: (value: number) => string;
  /** Formats exact values; six digits by default. */
  readonly exact?: (value: number) => string;
}

/** A place on the x axis that something begins at, drawn as a line across the chart. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** A chart as data: drawn on the screen, saved as an image, or written as a table. */
export interface Figure {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Their points ascend in x. */
  readonly series: readonly Series[];
  readonly marks?: readonly Mark[];
  /** Whether the pointer selects the values of all series at its x, as for curves, or the nearest point. */
  readonly hover?: 'x' | 'point';
}

/** A point of a series. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** The lower end of a band, whose upper end is y. */
  readonly low?: number;
  /** Tooltip: 'child 12'. */
  readonly name?: string;
}

/** A series of a chart, drawn as a line, as points, or as a band between the `low` and the `y` of its points. */
export interface Series {
  readonly label: string;
  readonly kind: 'line' | 'points' | 'band';
  readonly colour: (palette: Palette) => string;
  readonly points: readonly Point[];
  readonly width?: number;
  /** Lengths of strokes and gaps, or short strokes. */
  readonly dashed?: boolean | readonly number[];
  readonly radius?: number;
  readonly stepped?: boolean;
  readonly cross?: boolean;
  /** A line with a ring at each of its points. */
  readonly marked?: boolean;
}

/** Ends of a stretch of an axis. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A value as a reader needs it: six significant digits without trailing zeros. */
export function exactText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Whether an axis has a place for a value: a logarithmic one only for those above 0. */
export function fits(value: number, { logarithmic }: Axis): boolean {
  return Number.isFinite(value) && (logarithmic !== true || value > 0);
}

/**
 * The range of an axis that covers the values with a small margin; null without values.
 * @param margin share of the stretch that is added at either end
 */
export function stretch(values: Iterable<number>, axis: Axis, margin: number): Range | null {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (!fits(value, axis)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return null;
  if (axis.logarithmic === true) {
    const factor = (max / min) ** margin;
    return min === max ? { min: min / 1.1, max: max * 1.1 } : { min: min / factor, max: max * factor };
  }
  if (min === max) return { min: min - (Math.abs(min) / 10 || 1), max: max + (Math.abs(max) / 10 || 1) };
  const more = margin * (max - min);
  return { min: min - more, max: max + more };
}

/**
 * The points of each series that belong to a place on the x axis: those within `reach` of it, and of lines the last one before, up to
 * their end. Null for a series that has none there.
 * @param x where the pointer is; the nearest point of any series decides the place
 * @param reach in the units of x
 * @returns an index into the points of each series
 */
export function pointsAt(
  series: readonly Pick<Series, 'kind' | 'points'>[],
  x: number,
  reach: number,
): (number | null)[] {
  const nearest = series.map(({ points }) => nearestIndex(points, x));
  let place: number | null = null;
  for (const [index, found] of nearest.entries()) {
    const candidate = found === null ? undefined : series[index]?.points[found]?.x;
    if (candidate !== undefined && (place === null || Math.abs(candidate - x) < Math.abs(place - x)))
      place = candidate;
  }
  if (place === null) return series.map(() => null);
  const at = place;
  return series.map(({ kind, points }) => {
    const close = nearestIndex(points, at);
    const point = close === null ? undefined : points[close];
    if (close === null || point === undefined) return null;
    if (Math.abs(point.x - at) <= reach) return close;
    if (kind !== 'line') return null;
    const before = point.x > at ? close - 1 : close;
    return before >= 0 && before < points.length - 1 ? before : null;
  });
}

/** Where the point nearest to an x is. @param points ascending in x */
export function nearestIndex(points: readonly Point[], x: number): number | null {
  let [low, high] = [0, points.length - 1];
  if (high < 0) return null;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.x ?? 0) < x) low = middle;
    else high = middle;
  }
  const distance = (index: number): number => Math.abs((points[index]?.x ?? Infinity) - x);
  return distance(low) <= distance(high) ? low : high;
}

/** Lengths of strokes and gaps of a line; none for a solid one. */
export function dashesOf({ dashed }: Pick<Series, 'dashed'>): readonly number[] {
  if (dashed === undefined || dashed === false) return [];
  return dashed === true ? [4, 3] : dashed;
}

/** Where the next window of each row begins and where each row ends: what a step is fed. */
export interface RowWindow {
  readonly positions: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Cuts a text into as many rows as a batch has, as even as can be, and the rows into windows of so many steps. Every token is the
 * target of exactly one window; rows read their windows in order, side by side.
 */
export function rowWindows(tokens: number, batch: number, steps: number): readonly RowWindow[] {
  const borders = Array.from({ length: batch + 1 }, (_, row) => Math.floor((tokens * row) / batch));
  const starts = Int32Array.from(borders.slice(0, -1));
  const ends = Int32Array.from(borders.slice(1));
  const longest = Math.ceil(tokens / batch);
  return Array.from({ length: Math.ceil(longest / steps) }, (_, window) => ({
    positions: starts.map((start) => start + window * steps),
    ends,
  }));
}

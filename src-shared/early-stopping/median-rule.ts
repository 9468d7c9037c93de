/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(middle) - 1] ?? NaN, sorted[Math.floor(middle)] ?? NaN];
  return below === above ? below : (below + above) / 2;
}

/**
 * Whether a child is below the middle of those before it: its best score so far is lower than the median of the averages that they had
 * after as many epochs (the median stopping rule of Golovin et al., Google Vizier, KDD 2017, section 3.2.1).
 * @param scores of the child, after each of its epochs
 * @param averages of each earlier child, over as many epochs
 */
export function isBelowMedian(scores: readonly number[], averages: readonly number[]): boolean {
  return Math.max(...scores) < median(averages);
}

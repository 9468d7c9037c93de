import { percent } from '../format';
import type { EarlyStoppingConfig } from '../config/early-stopping';
import { counted } from '../counted';
import { leastEpochs, probabilityBelow } from './learning-curve';
import { isBelowMedian } from './median-rule';
import type { EarlierChild } from './scores';

/**
 * Why to stop a child early after its epochs so far, as the end of a sentence; undefined while it should continue. It depends on its
 * arguments alone.
 * @param scores of the child, after each of its epochs
 * @param epochs that it has in all
 */
export function reasonToEnd(
  scores: readonly number[],
  epochs: number,
  earlier: readonly EarlierChild[],
  options: EarlyStoppingConfig,
): string | undefined {
  const { rule, afterEpochs } = options;
  if (rule === 'none' || scores.length < afterEpochs || scores.length >= epochs) return undefined;
  return rule === 'median'
    ? belowMedian(scores, earlier, options)
    : belowBest(scores, epochs, earlier, options);
}

function belowMedian(
  scores: readonly number[],
  earlier: readonly EarlierChild[],
  { afterChildren }: EarlyStoppingConfig,
): string | undefined {
  const averages = earlier.flatMap(({ averages }) => averages[scores.length - 1] ?? []);
  if (averages.length < afterChildren || !isBelowMedian(scores, averages)) return undefined;
  return `its best result so far is below the median of ${counted(averages.length, 'earlier child', 'earlier children')}`;
}

function belowBest(
  scores: readonly number[],
  epochs: number,
  earlier: readonly EarlierChild[],
  { afterChildren, best, confidence }: EarlyStoppingConfig,
): string | undefined {
  const finals = earlier.flatMap(({ final }) => final ?? []);
  const enough = finals.length >= Math.max(afterChildren, best) && scores.length >= leastEpochs;
  if (!enough || !scores.every(Number.isFinite)) return undefined;
  const bound = finals.toSorted((a, b) => b - a)[best - 1] ?? -Infinity;
  const probability = probabilityBelow(bound, scores, epochs);
  if (probability <= confidence) return undefined;
  return `with a probability of ${percent(probability)} it would not come among the best ${best} of ${counted(finals.length, 'earlier child', 'earlier children')}`;
}

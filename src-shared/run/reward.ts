import type { EpochRecord } from './trial';

/** The part of a recipe that turns a child's epochs into its reward. */
export interface RewardRule {
  readonly rewardEpochs: number;
  readonly rewardExponent: number;
}

/**
 * The best validation accuracy of the last `rewardEpochs` epochs, in [0, 1]: an earlier, better epoch does not count
 * (paper section 4.1). A child that was stopped early is judged by the epochs it has; 0 when it has none.
 *
 * @param epochs in any order
 */
export function rewardedAccuracy(epochs: readonly EpochRecord[], { rewardEpochs }: RewardRule): number {
  const last = epochs.toSorted((a, b) => a.epoch - b.epoch).slice(-rewardEpochs);
  return Math.max(0, ...last.map((record) => record.validationAccuracy));
}

/** The reward of a child: {@link rewardedAccuracy} to the power `rewardExponent` (3 in the paper), in [0, 1]. */
export function reward(epochs: readonly EpochRecord[], rule: RewardRule): number {
  return rewardedAccuracy(epochs, rule) ** rule.rewardExponent;
}

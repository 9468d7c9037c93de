import type { ImageRecipe } from '../tasks/images/image-recipe';
import type { Recipe } from '../config/search-config';
import { bestPerplexity, languageReward, type LanguageEpochRecord } from '../tasks/text/language-epoch';
import type { EpochRecord } from './epoch-record';
import type { ImageEpochRecord } from '../tasks/images/image-epoch';

/** What a child's epochs come to. */
export interface Outcome {
  /** What the reward is made of, as a trial stores it; null for a child without a whole epoch, or past all numbers. */
  readonly measure: number | null;
  /** At least 0, never NaN. */
  readonly reward: number;
}

/**
 * The reward of a child by its recipe. On images: {@link rewardedAccuracy} to the power `rewardExponent` (3 in the paper), in [0, 1].
 * On text: c / (lowest validation perplexity)². A child that was stopped early is judged by the epochs it has.
 * @param epochs in any order
 */
export function outcomeOf(epochs: readonly EpochRecord[], recipe: Recipe): Outcome {
  if (recipe.kind === 'text') {
    const records = epochs.filter((epoch): epoch is LanguageEpochRecord => epoch.kind === 'text');
    return { measure: bestPerplexity(records), reward: languageReward(records, recipe.rewardConstant) };
  }
  const records = epochs.filter((epoch): epoch is ImageEpochRecord => epoch.kind === 'images');
  if (records.length === 0) return { measure: null, reward: 0 };
  const accuracy = rewardedAccuracy(records, recipe);
  return { measure: accuracy, reward: accuracy ** recipe.rewardExponent };
}

/**
 * The best validation accuracy of the last `rewardEpochs` epochs, in [0, 1]: an earlier, better epoch does not count
 * (paper section 4.1).
 */
function rewardedAccuracy(
  epochs: readonly ImageEpochRecord[],
  { rewardEpochs }: Pick<ImageRecipe, 'rewardEpochs'>,
): number {
  const last = epochs.toSorted((a, b) => a.epoch - b.epoch).slice(-rewardEpochs);
  return Math.max(0, ...last.map((record) => record.validationAccuracy));
}

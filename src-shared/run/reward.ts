import type { Outcome } from '../tasks/data-kind';
import { dataKinds, type EpochRecord, type Recipe } from '../tasks/data-kinds';

/**
 * The reward of a child by its recipe: that of the kind of data that it trains on. A child that was stopped early is judged by the
 * epochs it has.
 * @param epochs in any order
 */
export function outcomeOf(epochs: readonly EpochRecord[], recipe: Recipe): Outcome {
  return dataKinds.of(recipe.kind).outcome(
    epochs.filter(({ kind }) => kind === recipe.kind),
    recipe,
  );
}

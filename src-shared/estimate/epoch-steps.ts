import type { EpochSteps } from '../tasks/data-kind';
import { dataKinds, type DatasetDescription, type Recipe } from '../tasks/data-kinds';

/**
 * Multiply-adds of training for one epoch, of a child with one for each example: its training steps, each forwards and, at about twice
 * the cost, backwards. Multiplied by a child's own, they are what a budget counts.
 */
export function multiplyAddsAnEpoch({ training, examples }: EpochSteps): number {
  return 3 * training * examples;
}

/** The steps of an epoch of a search's children on a data set; none on data of another kind. */
export function epochSteps(
  { recipe }: { readonly recipe: Recipe },
  description: DatasetDescription,
): EpochSteps {
  if (description.kind !== recipe.kind) return { training: 0, evaluation: 0, examples: 1 };
  return dataKinds.of(recipe.kind).epochSteps(recipe, description);
}

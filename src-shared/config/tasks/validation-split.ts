import { counted } from '../../counted';
import type { DatasetDescription } from '../../dataset/description';
import { CellsmithError } from '../../errors';
import type { Recipe } from '../search-config';

/** Pictures that are set aside for validation. @param validation a number of them, or a fraction between 0 and 1 */
export function validationCount(validation: number, pictures: number): number {
  return validation > 0 && validation < 1 ? Math.max(1, Math.round(validation * pictures)) : validation;
}

/**
 * As {@link validationCount}, of so many training pictures that some are left to train on.
 * @throws CellsmithError 'config.invalid' when none would be
 */
export function requireValidationCount(validation: number, pictures: number): number {
  const count = validationCount(validation, pictures);
  if (Number.isInteger(count) && count >= 0 && count < pictures) return count;
  throw new CellsmithError(
    'config.invalid',
    `A validation split of ${validation} cannot be taken from ${counted(pictures, 'training picture')}: set recipe.validation to a number below that, or to a fraction between 0 and 1.`,
  );
}

/** Makes sure of a validation split before anything is made that is to be trained. @throws CellsmithError 'config.invalid' */
export function requireValidationSplit(recipe: Recipe, description: DatasetDescription): void {
  if (recipe.kind === 'images' && description.kind === 'images')
    requireValidationCount(recipe.validation, description.splits.train.count);
}

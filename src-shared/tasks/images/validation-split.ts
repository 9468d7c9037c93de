import { counted } from '../../counted';
import { CellsmithError } from '../../errors';

/** Images that are set aside for validation. @param validation a number of them, or a fraction between 0 and 1 */
export function validationCount(validation: number, images: number): number {
  return validation > 0 && validation < 1 ? Math.max(1, Math.round(validation * images)) : validation;
}

/**
 * As {@link validationCount}, of so many training images that some are left to train on.
 * @throws CellsmithError 'config.invalid' when none would be
 */
export function requireValidationCount(validation: number, images: number): number {
  const count = validationCount(validation, images);
  if (Number.isInteger(count) && count >= 0 && count < images) return count;
  throw new CellsmithError(
    'config.invalid',
    `A validation split of ${validation} cannot be taken from ${counted(images, 'training image')}: set recipe.validation to a number below that, or to a fraction between 0 and 1.`,
  );
}

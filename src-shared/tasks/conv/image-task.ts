import type { ImageTask } from '../../architecture/conv/conv-architecture';
import type { DatasetDescription } from '../data-kinds';
import { CellsmithError } from '../../errors';
import type { ImageRecipe } from '../images/image-recipe';

/**
 * What a network of a search sees and answers: images brought to the recipe's side, in red, green and blue.
 * @throws {CellsmithError} 'config.invalid' when the data are no images
 */
export function imageTask(
  { recipe: { side } }: { readonly recipe: Pick<ImageRecipe, 'side'> },
  description: DatasetDescription,
): ImageTask {
  if (description.kind !== 'images') {
    throw new CellsmithError(
      'config.invalid',
      'A search for convolutional networks needs images: name them with --data.',
    );
  }
  return { height: side, width: side, channels: 3, classes: description.classes.length };
}

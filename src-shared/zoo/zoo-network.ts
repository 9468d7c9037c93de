import type { ConvArchitecture } from '../architecture/conv/conv-architecture';
import type { ImageRecipe } from '../tasks/images/image-recipe';

/** A published network, with the recipe by which it was trained. */
export interface ZooNetwork {
  readonly title: string;
  readonly architecture: ConvArchitecture;
  readonly recipe: ImageRecipe;
  /** Where network and recipe come from, and what of them is not as published. */
  readonly note: string;
  /** Published test error on CIFAR-10 in percent; null where there is none. */
  readonly published: number | null;
}

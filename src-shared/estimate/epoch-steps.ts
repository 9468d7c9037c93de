import { isImageSearch, type SearchConfig } from '../config/search-config';
import { validationCount } from '../tasks/images/validation-split';
import type { DatasetDescription } from '../dataset/description';

/** Steps of an epoch, and how many images or tokens each of them takes. */
export interface EpochSteps {
  readonly training: number;
  readonly evaluation: number;
  /** Images, or tokens, of a step. */
  readonly examples: number;
}

/**
 * Multiply-adds of training for one epoch, of a child with one for each example: its training steps, each forwards and, at about twice
 * the cost, backwards. Multiplied by a child's own, they are what a budget counts.
 */
export function multiplyAddsAnEpoch({ training, examples }: EpochSteps): number {
  return 3 * training * examples;
}

/** The steps of an epoch of a search's children on a data set. Images that would be left out as unreadable count too. */
export function epochSteps(config: SearchConfig, description: DatasetDescription): EpochSteps {
  if (isImageSearch(config)) {
    const images = description.kind === 'images' ? description.splits.train.count : 0;
    const { validation, batchSize } = config.recipe;
    const aside = validationCount(validation, images);
    const trained = Math.max(0, images - aside);
    const batch = Math.max(1, Math.min(batchSize, trained));
    return {
      training: Math.floor(trained / batch),
      evaluation: Math.ceil(Math.min(aside, images) / batch),
      examples: batch,
    };
  }
  const { train, valid } =
    description.kind === 'text' ? description.splits : { train: { tokens: 0 }, valid: { tokens: 0 } };
  const rows = Math.max(1, Math.min(config.recipe.batchSize, train.tokens));
  const { steps } = config.recipe;
  const windows = (tokens: number): number => Math.ceil(Math.ceil(tokens / rows) / steps);
  return { training: windows(train.tokens), evaluation: windows(valid.tokens), examples: rows * steps };
}

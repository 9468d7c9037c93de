import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import type { TextLevel } from '../../src-shared/dataset/text-options';
import { type DatasetOptions, prepareDataset } from './prepare';
import { prepareText } from './text/prepare-text';

/** What a search needs of its data: images brought to a side, or text read in a certain way. */
export type DataNeed =
  | {
      readonly kind: 'images';
      /** Pixels a side of the square to which images are brought. */
      readonly side: number;
      /** What to do about files that cannot be decoded: say so and stop, or train without them. */
      readonly unreadable: 'refuse' | 'skip';
    }
  | {
      readonly kind: 'text';
      readonly level: TextLevel;
      /** Entries of the vocabulary; null for no limit, 'auto' as suits the form of the text. */
      readonly vocabularyLimit: number | null | 'auto';
    };

/** A data set that is ready for training. The test split is not below its folder. */
export interface PreparedData {
  readonly description: DatasetDescription;
  /** Absolute path of the copy to train and validate on: what a trainer is given. */
  readonly trainFolder: string;
}

/**
 * Ensures a valid copy of the data set for a search, and returns its path. Instant when it exists.
 * @throws CellsmithError data.* ('data.unknown' when it is of the other kind), config.invalid, cancelled
 */
export function prepareFor(
  need: DataNeed,
  path: string,
  options: DatasetOptions = {},
): Promise<PreparedData> {
  if (need.kind === 'images') {
    const { side, unreadable } = need;
    return prepareDataset(path, { ...options, side, unreadable });
  }
  const { level, vocabularyLimit } = need;
  return prepareText(path, {
    ...options,
    text: { level, ...(vocabularyLimit !== 'auto' && { vocabularyLimit }) },
  });
}

import { presets } from '../../src-shared/config/presets';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { CellsmithError } from '../../src-shared/errors';
import type { TrainingRecord } from './training-record';

/** The seed of a training of which nothing else is said. */
export const usualSeed = 1;

/** What a training that goes on has of this machine: how it was begun is not on record. */
export const trainersOfResumed: SearchConfig['trainers'] = presets['ptb-base8'].config.trainers;

/**
 * Makes sure that there is something left to do for a training that is to be gone on with.
 * @param test whether it is to be measured on the test split
 * @throws CellsmithError config.invalid
 */
export function requireUnfinished(folder: string, record: TrainingRecord, test: boolean): void {
  if (test && record.test !== null)
    throw new CellsmithError(
      'config.invalid',
      `${folder} has been measured on the test split, and a test is taken once: its figure is in training.json.`,
    );
  if (record.outcome === 'completed' && !test)
    throw new CellsmithError('config.invalid', `${folder} has been trained through all of its epochs.`);
}

import { presets } from '../../src-shared/config/presets/presets';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { CellsmithError } from '../../src-shared/errors';
import { subjectOfTrial, type Subject } from '../../src-shared/given/subject';
import { openRunReadOnly } from '../runs/run-folder';
import { readTrial } from '../runs/tables/trials';
import type { TrainingRecord } from './training-record';

/** The seed of a training of which nothing else is said. */
export const usualSeed = 1;

/** What a training that goes on has of this machine: how it was begun is not on record. */
export const trainersOfResumed: SearchConfig['trainers'] = presets['ptb-base8'].config.trainers;

/** A child of a run, and the data that it was trained on there. */
export interface ChildOfRun {
  readonly subject: Subject;
  readonly location: string;
  /** The run was begun without images that cannot be decoded. */
  readonly skipUnreadable: boolean;
}

/**
 * A child of a run that is to be trained alone.
 * @param folder of the run, absolute
 * @throws CellsmithError run.not-found, run.damaged, run.newer-version, architecture.invalid
 */
export function childOfRun(folder: string, number: number): ChildOfRun {
  const run = openRunReadOnly(folder);
  try {
    const { id, config, dataset } = run.manifest;
    const trial = readTrial(run.database, number);
    if (trial === undefined) throw new CellsmithError('run.not-found', `${folder} has no trial ${number}.`);
    const { description, location } = dataset;
    return {
      subject: subjectOfTrial({ id, config, dataset: description }, trial),
      location,
      skipUnreadable: description.kind === 'images' && description.unreadable.count > 0,
    };
  } finally {
    run.close();
  }
}

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

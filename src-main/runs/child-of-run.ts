import { z } from 'zod';
import { CellsmithError } from '../../src-shared/errors';
import { subjectOfTrial, type Subject } from '../../src-shared/given/subject';
import { openRunReadOnly } from './run-folder';
import { readTrial } from './tables/trials';

/** A description of data of which some could not be read. */
const unreadableSchema = z.object({ unreadable: z.object({ count: z.int().min(1) }) });

/** A child of a run, and the data that it was trained on there. */
export interface ChildOfRun {
  readonly subject: Subject;
  readonly location: string;
  /** Whether the run skips images that cannot be decoded. */
  readonly skipUnreadable: boolean;
}

/**
 * A child of a run, to train alone.
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
      skipUnreadable: unreadableSchema.safeParse(description).success,
    };
  } finally {
    run.close();
  }
}

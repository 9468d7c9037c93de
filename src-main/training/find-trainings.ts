import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CellsmithError } from '../../src-shared/errors';
import { listRunFolders, summarised } from '../runs/locations';
import type { TrainingSummary } from '../../src-shared/training/training-summary';
import { summariseTraining } from './summarise-training';
import { trainingFiles } from './training-record';

/** Folders of trainings below `runs`, oldest name first; none when the folder does not exist. */
export function listTrainingFolders(runs: string): string[] {
  return listRunFolders(runs).filter(
    (folder) => existsSync(trainingFiles(folder).record) && !existsSync(join(folder, 'run.json')),
  );
}

/** Every training below a folder, oldest name first, and those that cannot be read. */
export function listTrainings(runs: string): {
  readonly trainings: TrainingSummary[];
  readonly broken: { folder: string; message: string }[];
} {
  const { summaries, broken } = summarised(listTrainingFolders(runs), (folder) => summariseTraining(folder));
  return { trainings: summaries, broken };
}

/**
 * The folder of a training among the runs. Only a name that stands in the listing of the folder is one: no name leads out of it.
 * @throws CellsmithError run.not-found
 */
export function trainingNamed(runs: string, name: string): string {
  const found = listTrainingFolders(runs).find((folder) => basename(folder) === name);
  if (found !== undefined) return found;
  throw new CellsmithError('run.not-found', `There is no training "${name}" in ${runs}.`);
}

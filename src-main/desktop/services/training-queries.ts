import type { Reply } from '../../../src-shared/ipc/contract';
import type { TrainingDetail } from '../../../src-shared/ipc/training-states';
import { listRunFolders } from '../../runs/locations';
import { readManifest } from '../../runs/manifest';
import { listTrainings, trainingNamed } from '../../training/find-trainings';
import { summariseTraining } from '../../training/summarise-training';
import { readTrainingRecord } from '../../training/training-record';

/** Every training below a folder, newest first, and those that cannot be read. */
export function trainingsBelow(runs: string): Reply<'listTrainings'> {
  const { trainings, broken } = listTrainings(runs);
  return { trainings: trainings.sort((a, b) => b.createdAt - a.createdAt), broken };
}

/** A training for its page. @throws CellsmithError run.not-found, run.damaged, run.newer-version */
export function openTrainingDetail(runs: string, name: string): TrainingDetail {
  const folder = trainingNamed(runs, name);
  const record = readTrainingRecord(folder);
  const summary = summariseTraining(folder, record);
  const { parameters, epochs, message, averaged, test, data } = record;
  const shown = (measured: typeof test): TrainingDetail['test'] =>
    measured === null ? null : { measure: measured.measure, draws: measured.draws };
  return {
    summary,
    runFolder: summary.origin === null ? null : runFolderOf(runs, summary.origin.run.id),
    data: data.location,
    parameters,
    epochs,
    message,
    averaged: shown(averaged),
    test: shown(test),
  };
}

/** The folder of the run that has an identity; null when it is not among the runs. */
function runFolderOf(runs: string, id: string): string | null {
  const found = listRunFolders(runs).find((folder) => {
    try {
      return readManifest(folder).id === id;
    } catch {
      // Opening that run reports what is wrong with it.
      return false;
    }
  });
  return found ?? null;
}

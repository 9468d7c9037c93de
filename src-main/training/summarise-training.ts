import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  architectureFileSchema,
  largestArchitectureFile,
} from '../../src-shared/architecture-file/architecture-file';
import { bestMetric, metricOf } from '../../src-shared/run/metric';
import { trainingState, type TrainingSummary } from '../../src-shared/training/training-summary';
import { lockHolder } from '../runs/files/lock';
import { isOwnFile } from '../runs/files/own-files';
import { readTrainingRecord, trainingFiles, type TrainingRecord } from './training-record';

/** @throws run.not-found when the folder holds no training, run.newer-version, run.damaged */
export function summariseTraining(
  folder: string,
  record: TrainingRecord = readTrainingRecord(folder),
): TrainingSummary {
  const { name, outcome, child, epochs, test, createdAt } = record;
  const metric = metricOf(child.recipe);
  const held = lockHolder(folder);
  const holder = held === undefined ? null : { pid: held.pid, host: held.host };
  return {
    training: basename(folder),
    folder,
    name,
    origin: originOf(folder),
    state: trainingState(outcome, holder),
    outcome,
    holder,
    epochs: { done: epochs.length, wanted: child.recipe.epochs },
    measure: metric,
    best: bestMetric(metric, epochs),
    test: test?.measure ?? null,
    createdAt,
  };
}

/** The child that was trained, as the file of the architecture says. A training without that file is one all the same. */
function originOf(folder: string): TrainingSummary['origin'] {
  const { architecture: path } = trainingFiles(folder);
  if (!isOwnFile(path, largestArchitectureFile)) return null;
  try {
    const { origin } = architectureFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return origin === null
      ? null
      : { run: { id: origin.run.id, name: origin.run.name }, trial: origin.trial };
  } catch {
    return null;
  }
}

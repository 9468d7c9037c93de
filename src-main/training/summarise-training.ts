import { basename } from 'node:path';
import { bestMeasure, measureOf, type Measure } from '../../src-shared/run/measure';
import type { TrainingOutcome } from '../../src-shared/training/training-event';
import { readTrainingRecord } from './training-record';

/** What a list of trainings says of one. */
export interface TrainingSummary {
  /** The name of its folder, by which it is resumed. */
  readonly training: string;
  readonly folder: string;
  readonly name: string;
  /** null while it is under way, or when its process was killed. */
  readonly outcome: TrainingOutcome | null;
  readonly epochs: { readonly done: number; readonly wanted: number };
  readonly measure: Measure;
  /** Of the validation data: the best of the epochs, as it is stored; null before the first. */
  readonly best: number | null;
  /** Of the test data; null where it was not asked for. */
  readonly test: number | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** @throws run.not-found when the folder holds no training, run.newer-version, run.damaged */
export function summariseTraining(folder: string): TrainingSummary {
  const { name, outcome, child, epochs, test, createdAt } = readTrainingRecord(folder);
  const measure = measureOf(child.recipe);
  return {
    training: basename(folder),
    folder,
    name,
    outcome,
    epochs: { done: epochs.length, wanted: child.recipe.epochs },
    measure,
    best: bestMeasure(measure, epochs),
    test: test?.measure ?? null,
    createdAt,
  };
}

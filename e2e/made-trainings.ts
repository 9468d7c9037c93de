import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectureFileText } from '../src-shared/architecture-file/parse-architecture-file';
import { architectureOfTrial } from '../src-shared/architecture-file/trial-architecture';
import { openRunReadOnly } from '../src-main/runs/run-folder';
import { readEpochs } from '../src-main/runs/tables/epochs';
import { readTrial } from '../src-main/runs/tables/trials';
import { trainingFiles, writeTrainingRecord } from '../src-main/training/training-record';

/**
 * Writes the folder of a finished training of the first child of a made run on images, with the epochs that the child has there.
 * @param name of the folder
 * @returns the folder
 */
export function makeTraining(runs: string, runFolder: string, name: string): string {
  const folder = join(runs, name);
  const run = openRunReadOnly(runFolder);
  try {
    const { id, config, dataset } = run.manifest;
    const trial = readTrial(run.database, 1);
    if (trial === undefined || config.space.kind !== 'conv' || config.recipe.kind !== 'images')
      throw new Error('That is no run on images.');
    const epochs = readEpochs(run.database, 1);
    const file = architectureOfTrial({ id, config, dataset: dataset.description }, trial);
    if (file.kind !== 'conv') throw new Error('A search on images has found a cell.');
    mkdirSync(folder);
    writeFileSync(trainingFiles(folder).architecture, architectureFileText(file));
    writeTrainingRecord(folder, {
      format: 'cellsmith-training',
      version: 1,
      name: `${config.preset}-1`,
      createdAt: Date.UTC(2031, 0, 9, 8),
      child: {
        kind: 'images',
        architecture: file.architecture,
        recipe: { ...config.recipe, epochs: Math.max(1, epochs.length) },
      },
      hidden: null,
      parameters: file.parameters,
      seed: 1,
      data: { location: dataset.location, fingerprint: dataset.fingerprint, skipUnreadable: false },
      software: { node: process.versions.node },
      outcome: 'completed',
      message: null,
      epochs,
      averaged: null,
      test: { measure: 0.4213, draws: 0, at: Date.UTC(2031, 0, 9, 9) },
    });
    return folder;
  } finally {
    run.close();
  }
}

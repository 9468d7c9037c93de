import { existsSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commitCheckpoint, writeCheckpoint } from '../runs/checkpoint';
import { childCheckpointPath, makeChildFolders, weightsPath } from '../runs/child-files';
import { lockRun } from '../runs/files/lock';
import { notWritable } from '../runs/files/write-atomically';
import { writeManifest } from '../runs/manifest';
import { isOldTraining, readOldTraining, trainingFiles, type OldTraining } from '../runs/old-training';
import { databaseFile } from '../runs/run-folder';
import { openDatabase } from '../runs/sqlite/database';
import { migrate } from '../runs/sqlite/migrations';
import { strategyOf } from './candidate';

/**
 * Converts a training of an earlier release to a run, in its folder, before it is resumed or evaluated. run.json comes last: killed
 * before that, the training is unchanged. Other folders are not touched.
 * @throws CellsmithError 'run.damaged', 'run.locked', 'run.not-writable'
 */
export function importTraining(folder: string): void {
  if (!isOldTraining(folder)) return;
  const training = readOldTraining(folder);
  const lock = lockRun(folder);
  try {
    placeFiles(folder);
    writeTables(folder, training);
    writeManifest(folder, training.manifest);
    const { weights, checkpoint } = trainingFiles(folder);
    for (const file of [weights, checkpoint]) rmSync(file, { force: true });
  } finally {
    lock.release();
  }
}

/** Links the training's weights and checkpoint as those of the run's first child. */
function placeFiles(folder: string): void {
  const { weights, checkpoint } = trainingFiles(folder);
  const links = [
    [weights, weightsPath(folder, 1)],
    [checkpoint, childCheckpointPath(folder, 1)],
  ] as const;
  try {
    makeChildFolders(folder);
    mkdirSync(join(folder, 'exports'), { recursive: true });
    for (const [from, to] of links) {
      rmSync(to, { force: true });
      if (existsSync(from)) linkSync(from, to);
    }
  } catch (error) {
    throw notWritable(folder, error);
  }
}

function writeTables(folder: string, { manifest, trial, fill }: OldTraining): void {
  const strategy = strategyOf(manifest.config);
  const proposal = strategy.propose(0);
  if (proposal !== null && trial.reward !== null) strategy.tell([{ proposal, reward: trial.reward }]);
  const reference = writeCheckpoint(folder, 1, strategy.state());
  const path = databaseFile(folder);
  rmSync(path, { force: true });
  const database = openDatabase(path);
  try {
    migrate(database, path);
    fill(database);
    commitCheckpoint(database, reference);
  } finally {
    database.close();
  }
}

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CellsmithError } from '../../src-shared/errors';
import { dataKinds } from '../../src-shared/tasks/data-kinds';
import { makeChildFolders } from './child-files';
import { makePlace, type RunPlace } from './locations';
import { lockRun } from './files/lock';
import { openLogFile, type LogFile } from './files/log-file';
import { manifestVersion, readManifest, writeManifest, type RunManifest } from './manifest';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { isOldTraining, oldTrainingTables, readOldTraining } from './old-training';
import { checkDatabase, openInNewestSchema } from './sqlite/check-database';
import { migrate, refuseNewer } from './sqlite/migrations';
import { openDatabase, type Database } from './sqlite/database';
import { notWritable } from './files/write-atomically';

/** A run that is open to read. */
export interface OpenRun {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: RunManifest;
  readonly database: Database;
  close(): void;
}

/** A run that this process alone may write. */
export interface WritableRun extends OpenRun {
  readonly log: LogFile;
}

export function databaseFile(run: string): string {
  return join(run, 'run.sqlite');
}

/**
 * Makes the folder of a new run and opens it to write.
 * @throws CellsmithError 'run.not-writable'
 */
export function createRun(
  place: RunPlace,
  description: Omit<RunManifest, 'schema' | 'id' | 'createdAt' | 'seeds'>,
): WritableRun {
  const now = new Date();
  const folder = makePlace(
    typeof place === 'string' ? { within: place } : place,
    description.config.preset,
    now,
  );
  const { config } = description;
  try {
    // run.json comes last: a folder without one is not a run.
    mkdirSync(join(folder, 'exports'));
    openMigrated(databaseFile(folder)).close();
    writeManifest(folder, {
      ...description,
      schema: manifestVersion,
      id: randomUUID(),
      createdAt: now.getTime(),
      seeds: { search: config.seed, split: dataKinds.of(config.recipe.kind).splitSeed(config.recipe) },
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return openRun(folder);
}

/**
 * Opens a run to write, with its write lock.
 * @param folder absolute
 * @throws CellsmithError 'run.not-found', 'run.locked', 'run.damaged', 'run.newer-version', 'run.not-writable'
 */
export function openRun(folder: string): WritableRun {
  const manifest = readManifest(folder);
  requireDatabase(folder);
  const lock = lockRun(folder);
  try {
    makeFolders(folder);
    const database = openMigrated(databaseFile(folder));
    return {
      folder,
      manifest,
      database,
      log: openLogFile(join(folder, 'log.txt')),
      close: () => {
        try {
          database.close();
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function makeFolders(folder: string): void {
  try {
    makeChildFolders(folder);
  } catch (error) {
    throw notWritable(folder, error);
  }
}

function openMigrated(path: string): Database {
  const database = openDatabase(path);
  try {
    refuseNewer(database, path);
    checkDatabase(database, path);
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Changes what may change in a resumed run: its budget and its trainers. Everything else affects the existing results.
 * @throws CellsmithError 'run.not-writable'
 */
export function amendRun(
  run: WritableRun,
  changes: Pick<RunManifest['config'], 'budget' | 'trainers'>,
): WritableRun {
  const manifest = { ...run.manifest, config: { ...run.manifest.config, ...changes } };
  if (isDeepStrictEqual(manifest, run.manifest)) return run;
  writeManifest(run.folder, manifest);
  return { ...run, manifest };
}

/** Replaces the description of a run's data, which was unknown when a training was converted. @throws CellsmithError 'run.not-writable' */
export function describeData(run: WritableRun, description: DatasetDescription): WritableRun {
  const { dataset } = run.manifest;
  const manifest = { ...run.manifest, dataset: { ...dataset, description } };
  writeManifest(run.folder, manifest);
  return { ...run, manifest };
}

/**
 * Opens a run to read; changes nothing, starts nothing, and never waits: another process may be writing it. A training of an earlier
 * release is read as a run.
 * @param folder absolute
 * @throws CellsmithError 'run.not-found', 'run.damaged', 'run.newer-version'
 */
export function openRunReadOnly(folder: string): OpenRun {
  if (isOldTraining(folder)) {
    const training = readOldTraining(folder);
    const database = oldTrainingTables(training);
    return { folder, manifest: training.manifest, database, close: () => database.close() };
  }
  const manifest = readManifest(folder);
  requireDatabase(folder);
  const database = openInNewestSchema(databaseFile(folder));
  return { folder, manifest, database, close: () => database.close() };
}

function requireDatabase(folder: string): void {
  const path = databaseFile(folder);
  if (!existsSync(path))
    throw new CellsmithError('run.damaged', `${path} is missing; restore it from a copy of the run.`);
}

import { z } from 'zod';
import type { Database } from '../sqlite/database';

/** The trials that a replica proposed together. */
export interface Batch {
  /** From 1, in the order of proposals. */
  readonly number: number;
  readonly replica: number;
  /** Whether the controller has learned from it. */
  readonly learned: boolean;
  /** Number of updates of the parameters that sampled it; null in runs of releases that did not store it. */
  readonly parametersVersion: number | null;
}

const batchRow = z
  .strictObject({
    number: z.int(),
    replica: z.int(),
    learned: z.int().min(0).max(1),
    parameters_version: z.int().min(0).nullable(),
  })
  .transform(({ number, replica, learned, parameters_version }): Batch => ({
    number,
    replica,
    learned: learned === 1,
    parametersVersion: parameters_version,
  }));

export function insertBatch(database: Database, batch: Batch): void {
  database.run('INSERT INTO batches (number, replica, learned, parameters_version) VALUES (?, ?, ?, ?)', [
    batch.number,
    batch.replica,
    batch.learned ? 1 : 0,
    batch.parametersVersion,
  ]);
}

export function markLearned(database: Database, batch: number): void {
  database.run('UPDATE batches SET learned = 1 WHERE number = ?', [batch]);
}

/** Batches that the controller has not learned from yet, oldest first. */
export function readOpenBatches(database: Database): Batch[] {
  return database.all('SELECT * FROM batches WHERE learned = 0 ORDER BY number', [], batchRow);
}

/** The batch of a trial. */
export function readBatchOf(database: Database, trial: number): Batch | undefined {
  return database.first(
    'SELECT * FROM batches WHERE number = (SELECT batch FROM trials WHERE number = ?)',
    [trial],
    batchRow,
  );
}

/** How many batches there are: they are numbered from 1 without gaps. */
export function countBatches(database: Database): number {
  const row = z.strictObject({ last: z.int().nullable() });
  return database.first('SELECT max(number) AS last FROM batches', [], row)?.last ?? 0;
}

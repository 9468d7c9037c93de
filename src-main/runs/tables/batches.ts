import { z } from 'zod';
import type { Database } from '../sqlite/database';

/** What a replica proposed at one go. */
export interface Batch {
  /** From 1, in the order of proposals. */
  readonly number: number;
  readonly replica: number;
  /** Whether the controller has learned from it. */
  readonly learned: boolean;
}

const batchRow = z
  .strictObject({ number: z.int(), replica: z.int(), learned: z.int().min(0).max(1) })
  .transform((row): Batch => ({ ...row, learned: row.learned === 1 }));

export function insertBatch(database: Database, batch: Batch): void {
  database.run('INSERT INTO batches (number, replica, learned) VALUES (?, ?, ?)', [
    batch.number,
    batch.replica,
    batch.learned ? 1 : 0,
  ]);
}

export function markLearned(database: Database, batch: number): void {
  database.run('UPDATE batches SET learned = 1 WHERE number = ?', [batch]);
}

/** Batches that the controller has not learned from yet, oldest first. */
export function readOpenBatches(database: Database): Batch[] {
  return database.all('SELECT * FROM batches WHERE learned = 0 ORDER BY number', [], batchRow);
}

/** How many batches there are. */
export function countBatches(database: Database): number {
  const row = z.strictObject({ batches: z.int() });
  return database.first('SELECT count(*) AS batches FROM batches', [], row)?.batches ?? 0;
}

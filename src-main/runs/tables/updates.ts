import { z } from 'zod';
import type { ControllerUpdate } from '../../../src-shared/run/run-event';
import type { Database } from '../sqlite/database';
import { jsonText } from './json-text';

const updateRow = z
  .strictObject({
    number: z.int().min(1),
    batch: z.int(),
    replica: z.int().min(0),
    trials: jsonText.pipe(z.array(z.int().min(1))),
    mean_reward: z.number(),
    baseline: z.number().nullable(),
    gradient_norm: z.number(),
    entropy: z.number(),
    at: z.int(),
  })
  .transform((row): ControllerUpdate => ({
    number: row.number,
    replica: row.replica,
    trials: row.trials,
    meanReward: row.mean_reward,
    baseline: row.baseline,
    gradientNorm: row.gradient_norm,
    entropy: row.entropy,
  }));

/** Adds what the controller learned from a batch. */
export function insertUpdate(database: Database, update: ControllerUpdate, batch: number, at: number): void {
  database.run(
    `INSERT INTO controller_updates (number, batch, replica, trials, mean_reward, baseline, gradient_norm, entropy, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      update.number,
      batch,
      update.replica,
      JSON.stringify(update.trials),
      update.meanReward,
      update.baseline,
      update.gradientNorm,
      update.entropy,
      at,
    ],
  );
}

/** All updates in order. */
export function readUpdates(database: Database): ControllerUpdate[] {
  return database.all('SELECT * FROM controller_updates ORDER BY number', [], updateRow);
}

import { z } from 'zod';
import { type Database, jsonText } from '../sqlite/database';
import type { ControllerUpdate, DecisionProbabilities } from '../../../src-shared/run/run-event';
import { largestDepth, mostDecisions } from '../../../src-shared/search-space';

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

const updateRow = z
  .strictObject({
    number: z.int().min(1),
    batch: z.int(),
    replica: z.int().min(0),
    trials: jsonText.pipe(z.array(z.int().min(1))),
    mean_reward: z.number(),
    diagnostics: jsonText.pipe(z.record(z.string().max(100), z.number())),
    at: z.int(),
  })
  .transform((row): ControllerUpdate => ({
    number: row.number,
    replica: row.replica,
    trials: row.trials,
    meanReward: row.mean_reward,
    diagnostics: row.diagnostics,
  }));

/** Adds the strategy's update from the rewards of a batch. */
export function insertUpdate(database: Database, update: ControllerUpdate, batch: number, at: number): void {
  database.run(
    `INSERT INTO controller_updates (number, batch, replica, trials, mean_reward, diagnostics, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [
      update.number,
      batch,
      update.replica,
      JSON.stringify(update.trials),
      update.meanReward,
      JSON.stringify(update.diagnostics),
      at,
    ],
  );
}

/** All updates in order. */
export function readUpdates(database: Database): ControllerUpdate[] {
  return database.all('SELECT * FROM controller_updates ORDER BY number', [], updateRow);
}

export function readUpdate(database: Database, number: number): ControllerUpdate | undefined {
  return database.first('SELECT * FROM controller_updates WHERE number = ?', [number], updateRow);
}

/** A stored point: name, layer, probabilities. */
const storedPoint = z.tuple([
  z.string(),
  z.int().min(0).max(largestDepth),
  z.array(z.number().min(0).max(1)).max(largestDepth),
]);

/** Four decimals suffice for a heat map. */
function rounded(probability: number): number {
  return Math.round(probability * 10_000) / 10_000;
}

/** Adds the decision probabilities of an update. */
export function insertProbabilities(
  database: Database,
  update: number,
  points: readonly DecisionProbabilities[],
): void {
  const stored = points.map(({ name, layer, probabilities }) => [name, layer, probabilities.map(rounded)]);
  database.run('INSERT INTO decision_probabilities (update_number, points) VALUES (?, ?)', [
    update,
    JSON.stringify(stored),
  ]);
}

/** The decision probabilities of an update; none where the strategy reports none, or the release did not store them. */
export function readProbabilities(database: Database, update: number): DecisionProbabilities[] {
  const row = z.strictObject({ points: jsonText.pipe(z.array(storedPoint).max(mostDecisions)) });
  const found = database.first(
    'SELECT points FROM decision_probabilities WHERE update_number = ?',
    [update],
    row,
  );
  return (found?.points ?? []).map(([name, layer, probabilities]) => ({ name, layer, probabilities }));
}

import { z } from 'zod';
import { evaluationSchema, type EvaluatedSplit, type Evaluation } from '../../../src-shared/run/evaluation';
import type { Database } from '../sqlite/database';

const row = z
  .strictObject({
    trial: z.int(),
    split: z.string(),
    metric: z.number().nullable(),
    draws: z.int(),
    at: z.number(),
  })
  .pipe(evaluationSchema);

/** Adds what a child reached. A child is evaluated once on each split. */
export function insertEvaluation(database: Database, evaluation: Evaluation): void {
  const { trial, split, metric, draws, at } = evaluation;
  database.run('INSERT INTO evaluations (trial, split, metric, draws, at) VALUES (?, ?, ?, ?, ?)', [
    ...[trial, split, metric, draws, at],
  ]);
}

/** All evaluations, by trial. */
export function readEvaluations(database: Database): Evaluation[] {
  return database.all('SELECT * FROM evaluations ORDER BY trial, split', [], row);
}

export function readEvaluation(
  database: Database,
  trial: number,
  split: EvaluatedSplit,
): Evaluation | undefined {
  return database.first('SELECT * FROM evaluations WHERE trial = ? AND split = ?', [trial, split], row);
}

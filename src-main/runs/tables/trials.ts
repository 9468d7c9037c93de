import { z } from 'zod';
import {
  endings,
  listedTrialSchema,
  trialSchema,
  trialStates,
  type ListedTrial,
  type Trial,
} from '../../../src-shared/run/trial';
import { type Database, parseJson } from '../sqlite/database';
import { epochsOfTrial } from './epochs';

/** A row without its log probabilities. */
const listedRow = z.strictObject({
  number: z.int(),
  state: z.string(),
  replica: z.int(),
  depth: z.int(),
  decisions: z.string(),
  architecture_hash: z.string(),
  parameters: z.int(),
  multiply_adds: z.number(),
  reward: z.number().nullable(),
  measure: z.number().nullable(),
  failure_reason: z.string().nullable(),
  failure_message: z.string().nullable(),
  reused_from: z.int().nullable(),
  retries: z.int(),
  batch_size: z.int().nullable(),
  ended_by: z.string().nullable(),
  started_at: z.number().nullable(),
  ended_at: z.number().nullable(),
});
const listedColumns = Object.keys(listedRow.shape).join(', ');

function listedOf(row: z.infer<typeof listedRow>, context: z.RefinementCtx) {
  return {
    number: row.number,
    state: row.state,
    replica: row.replica,
    depth: row.depth,
    decisions: parseJson(row.decisions, context, 'decisions'),
    architectureHash: row.architecture_hash,
    parameters: row.parameters,
    multiplyAdds: row.multiply_adds,
    reward: row.reward,
    measure: row.measure,
    failure:
      row.failure_reason === null ? null : { reason: row.failure_reason, message: row.failure_message ?? '' },
    reusedFrom: row.reused_from,
    retries: row.retries,
    batchSize: row.batch_size,
    endedBy: row.ended_by,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

const listedTrialRow = listedRow.transform(listedOf).pipe(listedTrialSchema);
const trialRow = listedRow
  .extend({ batch: z.int(), log_probabilities: z.string() })
  .transform((row, context) => ({
    ...listedOf(row, context),
    logProbabilities: parseJson(row.log_probabilities, context, 'log_probabilities'),
  }))
  .pipe(trialSchema);

/** Adds a proposed trial to its batch. */
export function insertTrial(database: Database, trial: Trial, batch: number): void {
  database.run(
    `INSERT INTO trials (number, batch, state, replica, depth, decisions, log_probabilities, architecture_hash, parameters,
       multiply_adds, reward, measure, failure_reason, failure_message, reused_from,
       retries, batch_size, ended_by, started_at, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      trial.number,
      batch,
      trial.state,
      trial.replica,
      trial.depth,
      JSON.stringify(trial.decisions),
      JSON.stringify(trial.logProbabilities),
      trial.architectureHash,
      trial.parameters,
      trial.multiplyAdds,
      ...outcome(trial),
    ],
  );
}

/** Stores the state and the result of a trial; its proposal never changes. */
export function updateTrial(database: Database, trial: Trial): void {
  database.run(
    `UPDATE trials SET state = ?, reward = ?, measure = ?, failure_reason = ?, failure_message = ?,
       reused_from = ?, retries = ?, batch_size = ?, ended_by = ?, started_at = ?, ended_at = ? WHERE number = ?`,
    [trial.state, ...outcome(trial), trial.number],
  );
}

function outcome(trial: Trial) {
  return [
    trial.reward,
    trial.measure,
    trial.failure?.reason ?? null,
    trial.failure?.message ?? null,
    trial.reusedFrom,
    trial.retries,
    trial.batchSize,
    trial.endedBy,
    trial.startedAt,
    trial.endedAt,
  ] as const;
}

/** All trials in the order of their proposals. */
export function readTrials(database: Database): Trial[] {
  return database.all('SELECT * FROM trials ORDER BY number', [], trialRow);
}

/** All trials in the order of their proposals, without log probabilities. */
export function readListedTrials(database: Database): ListedTrial[] {
  return database.all(`SELECT ${listedColumns} FROM trials ORDER BY number`, [], listedTrialRow);
}

/** The rewards of all trials in the order of their proposals; null for those that have none yet. */
export function readRewards(database: Database): { number: number; reward: number | null }[] {
  const row = z.strictObject({ number: z.int(), reward: z.number().nullable() });
  return database.all('SELECT number, reward FROM trials ORDER BY number', [], row);
}

export function readTrial(database: Database, number: number): Trial | undefined {
  return database.first('SELECT * FROM trials WHERE number = ?', [number], trialRow);
}

/** Results of the children of batches that the controller has learned from, without failed ones and those that reused a known reward. */
export function readLearned(database: Database): Pick<Trial, 'number' | 'measure' | 'endedBy'>[] {
  const row = z
    .strictObject({ number: z.int(), measure: z.number().nullable(), ended_by: z.enum(endings).nullable() })
    .transform(({ ended_by: endedBy, ...rest }) => ({ ...rest, endedBy }));
  return database.all(
    `SELECT trials.number, measure, ended_by FROM trials JOIN batches ON batches.number = trials.batch
       WHERE learned = 1 AND state = 'completed' ORDER BY trials.number`,
    [],
    row,
  );
}

/** Trials waiting for a retry although the controller has learned from their batch, in the order of their proposals. */
export function readAwaitedRetries(database: Database): Trial[] {
  return database.all(
    `SELECT trials.* FROM trials JOIN batches ON batches.number = trials.batch
       WHERE batches.learned = 1 AND trials.reward IS NULL ORDER BY trials.number`,
    [],
    trialRow,
  );
}

/** Numbers of the trials without a reward. */
export function readUnfinished(database: Database): number[] {
  const row = z.strictObject({ number: z.int() });
  return database
    .all('SELECT number FROM trials WHERE reward IS NULL ORDER BY number', [], row)
    .map(({ number }) => number);
}

/** The trials of a batch in the order of their proposals. */
export function readBatchTrials(database: Database, batch: number): Trial[] {
  return database.all('SELECT * FROM trials WHERE batch = ? ORDER BY number', [batch], trialRow);
}

/**
 * Earlier trials that trained the network to its end (completed, failed, or stopped early by the rule), whose result can be reused.
 * @param before only trials of a smaller number, so that a resumed search finds what the uninterrupted one found
 */
export function readTrained(database: Database, architectureHash: string, before: number): Trial[] {
  return database.all(
    `SELECT * FROM trials WHERE architecture_hash = ? AND number < ? AND reused_from IS NULL
       AND ended_by IS NOT 'user' AND state IN ('completed', 'failed') ORDER BY number`,
    [architectureHash, before],
    trialRow,
  );
}

/** Completed trials by reward, best first; of equal ones the earlier first. Reused results are skipped: they are the same networks. */
export function readBestTrials(database: Database, limit: number): Trial[] {
  return database.all(
    `SELECT * FROM trials WHERE state = 'completed' AND reward IS NOT NULL ORDER BY reward DESC, number LIMIT ?`,
    [limit],
    trialRow,
  );
}

/** The last trials that completed or failed (not reused), newest first. */
export function readLastTrained(database: Database, limit: number): Trial[] {
  return database.all(
    `SELECT * FROM trials WHERE state IN ('completed', 'failed') AND reused_from IS NULL AND ended_at IS NOT NULL
       ORDER BY ended_at DESC, number DESC LIMIT ?`,
    [limit],
    trialRow,
  );
}

/** The number of trials: they are numbered from 1 without gaps. */
export function countProposals(database: Database): number {
  const row = z.strictObject({ last: z.int().nullable() });
  return database.first('SELECT max(number) AS last FROM trials', [], row)?.last ?? 0;
}

/** The number of trials in each state. */
export function countTrials(database: Database): Record<Trial['state'], number> {
  const row = z.strictObject({ state: z.enum(trialStates), trials: z.int() });
  const counts = { proposed: 0, running: 0, completed: 0, failed: 0, reused: 0, interrupted: 0 };
  for (const { state, trials } of database.all(
    'SELECT state, count(*) AS trials FROM trials GROUP BY state',
    [],
    row,
  ))
    counts[state] = trials;
  return counts;
}

/** The number of trials of each outcome ('completed' or the reason of a failure), without reused results. */
export function countOutcomes(database: Database): { outcome: string; trials: number }[] {
  return database.all(
    `SELECT coalesce(failure_reason, 'completed') AS outcome, count(*) AS trials FROM trials
       WHERE state IN ('completed', 'failed') AND reused_from IS NULL GROUP BY outcome ORDER BY outcome`,
    [],
    z.strictObject({ outcome: z.string(), trials: z.int() }),
  );
}

/** Sum over all children of multiply-adds of one example × completed epochs. */
export function sumOfEpochs(database: Database): number {
  return (
    database.first(
      `SELECT total(multiply_adds * ${epochsOfTrial('trials.number')}) AS sum FROM trials`,
      [],
      z.strictObject({ sum: z.number() }),
    )?.sum ?? 0
  );
}

/** Marks trials that were running when their search was killed. */
export function markInterrupted(database: Database): void {
  database.run("UPDATE trials SET state = 'interrupted' WHERE state = 'running'", []);
}

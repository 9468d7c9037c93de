import { CellsmithError } from '../../../src-shared/errors';
import { repeatableFailures, type Trial } from '../../../src-shared/run/trial';
import type { Database } from '../../runs/sqlite/database';
import { readTrial, readTrials } from '../../runs/tables/trials';

/** Failed children to retry: those whose failure may have been the machine's, or those with these numbers. */
export type RetryRequest = readonly number[] | null;

/**
 * The failed children that a request means.
 * @throws CellsmithError 'child.not-failed' naming the first that has not failed
 */
export function failuresOf(database: Database, request: RetryRequest): Trial[] {
  if (request === null)
    return readTrials(database).filter(
      ({ state, failure }) =>
        state === 'failed' && failure !== null && repeatableFailures.has(failure.reason),
    );
  return [...new Set(request)].sort((a, b) => a - b).map((number) => failedTrial(database, number));
}

/** @throws CellsmithError 'child.not-failed' when there is nothing that the request means */
export function requireFailures(database: Database, request: RetryRequest): void {
  if (failuresOf(database, request).length === 0)
    throw new CellsmithError(
      'child.not-failed',
      'No failed child can be retried automatically. To retry one that diverged, name it.',
    );
}

/**
 * Marks a failed child as waiting. It is trained from the start with the same seed, and its result
 * replaces the failure: in its row, the ranking and the counts. **The controller does not change**:
 * a batch that it has learned from, with the reward of 0, is not learned from again, and no checkpoint changes. Only where the batch is
 * still open, because other children of it are in training, does the strategy learn from the new reward only.
 */
export function toRetry(trial: Trial): Trial {
  return {
    ...trial,
    state: 'proposed',
    reward: null,
    measure: null,
    failure: null,
    reusedFrom: null,
    startedAt: null,
    endedAt: null,
    retries: trial.retries + 1,
    batchSize: null,
  };
}

function failedTrial(database: Database, number: number): Trial {
  const trial = readTrial(database, number);
  if (trial?.state !== 'failed')
    throw new CellsmithError(
      'child.not-failed',
      trial === undefined
        ? `The run has no child ${number}.`
        : `Child ${number} has not failed: it is ${trial.state}.`,
    );
  return trial;
}

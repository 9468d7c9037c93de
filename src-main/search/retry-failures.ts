import { CellsmithError } from '../../src-shared/errors';
import { repeatableFailures, type Trial, type FailureReason } from '../../src-shared/run/trial';
import type { Database } from '../runs/sqlite/database';
import { readTrial, readTrials } from '../runs/tables/trials';
import { recipeOfChild } from '../../src-shared/tasks/searched';
import type { SearchConfig } from '../../src-shared/config/search-config';
import type { ChildResult } from '../../src-shared/run/child-event';

/** Failed children to retry: those whose failure may have been the machine's, or those with these numbers. */
export type RetryRequest = readonly number[] | null;

/**
 * The failed children that a request selects.
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

/** @throws CellsmithError 'child.not-failed' when the request selects no child */
export function requireFailures(database: Database, request: RetryRequest): void {
  if (failuresOf(database, request).length === 0)
    throw new CellsmithError(
      'child.not-failed',
      'No failed child can be retried automatically. To retry one that diverged, name it.',
    );
}

/**
 * Whether children that fail keep their checkpoint. A child of a search is retried from its start; one of a list may have trained for days,
 * and resumes from its last epoch.
 */
export function keepsFailedCheckpoints({ space }: Pick<SearchConfig, 'space'>): boolean {
  return space.kind === 'given';
}

/**
 * Marks a failed child as waiting. It is trained with the same seed, from the start or its checkpoint, and its result
 * replaces the failure: in its row, the ranking and the counts. **The controller does not change**:
 * it does not learn again from a batch that it has learned from with the reward of 0, and no checkpoint changes. Only while the batch is
 * still open, because other children of it are in training, does the strategy learn from the new reward instead.
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

/** Failures of the trainer process, which may not be the network's fault. */
const ofTheTrainer: ReadonlySet<FailureReason> = new Set(['crashed', 'silent']);

/**
 * The trial to retry automatically after a failure, or undefined when it is not retried. A child whose trainer was lost
 * resumes from its checkpoint, up to `retries` times. One that ran out of memory is retrained once, from the start, at half the
 * batch size, where the user allows results that depart from the recipe.
 */
export function repetitionOf(
  trial: Trial,
  result: ChildResult,
  config: Pick<SearchConfig, 'trainers' | 'recipe' | 'space'>,
): Trial | undefined {
  if (result.outcome !== 'failed') return undefined;
  const { trainers } = config;
  const again: Trial = { ...trial, state: 'proposed', measure: null, retries: trial.retries + 1 };
  if (ofTheTrainer.has(result.reason)) return trial.retries < trainers.retries ? again : undefined;
  const smaller = Math.floor(recipeOfChild(config, trial.decisions).batchSize / 2);
  const mayShrink = trainers.smallerBatch && trial.batchSize === null && smaller >= 1;
  return result.reason === 'outOfMemory' && mayShrink ? { ...again, batchSize: smaller } : undefined;
}

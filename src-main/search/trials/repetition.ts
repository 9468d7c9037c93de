import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { FailureReason, Trial } from '../../../src-shared/run/trial';
import type { ChildResult } from '../../../src-shared/run/child-event';

/** Failures of the process that trained, which need not be the network's. */
const ofTheTrainer: ReadonlySet<FailureReason> = new Set(['crashed', 'silent']);

/**
 * The trial to retry automatically after a failure, or undefined when it is not retried. A child whose trainer was lost is
 * trained on from its checkpoint, up to `retries` times. One that ran out of memory is trained once more, from its start, at half the
 * batch, where the user allows results that are not those of the recipe.
 */
export function repetitionOf(
  trial: Trial,
  result: ChildResult,
  { trainers, recipe }: Pick<SearchConfig, 'trainers' | 'recipe'>,
): Trial | undefined {
  if (result.outcome !== 'failed') return undefined;
  const again: Trial = { ...trial, state: 'proposed', measure: null, retries: trial.retries + 1 };
  if (ofTheTrainer.has(result.reason)) return trial.retries < trainers.retries ? again : undefined;
  const smaller = Math.floor(recipe.batchSize / 2);
  const mayShrink = trainers.smallerBatch && trial.batchSize === null && smaller >= 1;
  return result.reason === 'outOfMemory' && mayShrink ? { ...again, batchSize: smaller } : undefined;
}

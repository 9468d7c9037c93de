import { epochSteps, multiplyAddsAnEpoch } from '../../src-shared/estimate/epoch-steps';
import type { BudgetUsed } from '../../src-shared/run/progress/progress';
import type { OpenRun } from './run-folder';
import { activeTime, readSessions } from './tables/sessions';
import { sumOfEpochs } from './tables/trials';

/**
 * Multiply-adds that the whole epochs of a run's children took; null where its budget sets none. An epoch that was begun again counts once,
 * one in flight not yet, and a known reward nothing.
 */
export function multiplyAddsUsed({ manifest, database }: OpenRun): number | null {
  const { config, dataset } = manifest;
  if (config.budget.multiplyAdds === null) return null;
  return multiplyAddsAnEpoch(epochSteps(config, dataset.description)) * sumOfEpochs(database);
}

/** Tracks the used budget of a run during a session. */
export function budgetUsed(run: OpenRun): () => BudgetUsed {
  const activeBefore = activeTime(run.database, readSessions(run.database).length + 1);
  return () => ({ activeBefore, multiplyAdds: multiplyAddsUsed(run) });
}

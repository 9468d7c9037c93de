import { basename } from 'node:path';
import { metricOf } from '../../src-shared/run/metric';
import type { RunStatus, RunSummary } from '../../src-shared/run/run-summary';
import { lockHolder } from './files/lock';
import type { OpenRun } from './run-folder';
import { activeTime, readLastSession, readSessions, type Session } from './tables/sessions';
import { readEvaluations } from './tables/epochs';
import { countTrials, readBestTrials, readTrial, sumOfEpochs } from './tables/trials';
import { epochSteps, multiplyAddsAnEpoch } from '../../src-shared/estimate/typical-children';
import type { BudgetUsed } from '../../src-shared/run/progress';
import { givenText, recipeOfChild } from '../../src-shared/tasks/searched';
import { noRunState, type RunState } from '../../src-shared/run/run-state';

/** The summary of a run, for lists. @throws CellsmithError 'run.damaged' */
export function summariseRun(run: OpenRun): RunSummary {
  const { folder, manifest, database } = run;
  const { config } = manifest;
  const counts = countTrials(database);
  const sessions = readSessions(database);
  const last = sessions.at(-1);
  const [best] = readBestTrials(database, 1);
  const state = statusOf(folder, last);
  const running = state === 'running' || state === 'paused';
  return {
    run: basename(folder),
    folder,
    name: config.name,
    preset: config.preset,
    strategy: config.controller.strategy,
    given: givenText(config.space),
    state,
    message: running ? null : (last?.message ?? null),
    children: {
      ended: counts.completed + counts.failed + counts.reused,
      failed: counts.failed,
      reused: counts.reused,
    },
    budget: config.budget,
    multiplyAdds: multiplyAddsUsed(run),
    measure: metricOf(config.recipe),
    best: best === undefined ? null : { number: best.number, measure: best.measure, reward: best.reward },
    test: testOf(run),
    createdAt: manifest.createdAt,
    activeFor: activeTime(database, running ? sessions.length : sessions.length + 1),
  };
}

/** The test result of the child with the best reward among those evaluated on the test split. */
function testOf({ database }: OpenRun): RunSummary['test'] {
  const tests = readEvaluations(database).filter(({ split }) => split === 'test');
  const [best] = tests
    .flatMap(({ trial, metric }) => {
      const { reward } = readTrial(database, trial) ?? { reward: null };
      return reward === null ? [] : [{ number: trial, metric, reward }];
    })
    .sort((a, b) => b.reward - a.reward);
  return best === undefined ? null : { number: best.number, metric: best.metric };
}

/** The status of a run, without its counts. */
export function readRunStatus({ folder, database }: OpenRun): RunStatus {
  return statusOf(folder, readLastSession(database));
}

function statusOf(folder: string, last: Session | undefined): RunStatus {
  if (lockHolder(folder) !== undefined) return typeof last?.pausedAt === 'number' ? 'paused' : 'running';
  if (last === undefined) return 'new';
  return last.outcome ?? 'interrupted';
}

/**
 * Multiply-adds of the completed epochs of a run's children; null where its budget has no limit of them. A repeated epoch counts once,
 * an epoch in progress not yet, a reused result never.
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

/** The state in which a session begins, without its trials: counts and the best trial so far. */
export function earlierState({ database }: OpenRun): RunState {
  const { completed, failed, reused } = countTrials(database);
  const [best = null] = readBestTrials(database, 1);
  return { ...noRunState, ended: completed + failed + reused, failed, best };
}

/** Epochs of the recipes of a run's children, by their numbers. */
export function epochsOfChildren({ manifest, database }: OpenRun): (trial: number) => number {
  const { config } = manifest;
  const known = new Map<number, number>();
  return (trial) => {
    const epochs =
      known.get(trial) ?? recipeOfChild(config, readTrial(database, trial)?.decisions ?? []).epochs;
    known.set(trial, epochs);
    return epochs;
  };
}

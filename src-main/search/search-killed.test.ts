import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ImageSearchConfig } from '../../src-shared/config/search-config';
import type { Strategy } from '../strategy/strategy';
import { openRun, type WritableRun } from '../runs/run-folder';
import { readTrials } from '../runs/tables/trials';
import { cpuTrainers } from '../testing/cpu-trainers';
import { courseOf, demo, newRun, searchOf } from '../testing/search-fixture';
import { temporaryFolder } from '../testing/temporary-folder';
import { runSearch } from './search';

let runs: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-killed-');
});
afterEach(() => rmSync(runs, { recursive: true }));

const settings: Partial<ImageSearchConfig> = {
  budget: { children: 8, hours: null, multiplyAdds: null },
  trainers: cpuTrainers(2),
  recipe: { ...demo.recipe, epochs: 2, rewardEpochs: 1 },
};

/**
 * Runs a search and copies its folder at every step: what a process that is killed there leaves behind, the half-written included.
 * Between a checkpoint's file and the transaction that names it there is a step too.
 */
async function snapshotsOf(run: WritableRun): Promise<string[]> {
  const snapshots: string[] = [];
  const snapshot = (): void => {
    const copy = join(runs, `snapshot ${snapshots.length}`);
    cpSync(run.folder, copy, { recursive: true });
    // Its holder is alive, since this process is.
    rmSync(join(copy, 'run.lock'));
    snapshots.push(copy);
  };
  const { parts } = searchOf(run, { onJob: snapshot });
  const strategy: Strategy = {
    ...parts.strategy,
    get proposals() {
      return parts.strategy.proposals;
    },
    get copies() {
      return parts.strategy.copies;
    },
    propose: (lane) => {
      snapshot();
      return parts.strategy.propose(lane);
    },
    tell: (results) => {
      snapshot();
      return parts.strategy.tell(results);
    },
  };
  const clock = (): number => {
    snapshot();
    return Date.now();
  };
  await runSearch({ ...parts, strategy, clock, listener: snapshot });
  return snapshots;
}

const controller = { ...demo.controller, childrenPerUpdate: 3 };

it.each<[string, ImageSearchConfig['controller']]>([
  ['', controller],
  [
    ' of replicas in step',
    { ...controller, replicas: 2, mode: 'synchronous', childrenPerUpdate: 2, parameterServerShards: 3 },
  ],
  [' by evolution', { strategy: 'evolution', population: 5, sampleSize: 3 }],
])(
  'a search%s that is killed at any step resumes with the same decisions, rewards, updates and state of the strategy',
  async (_, options) => {
    const run = newRun(runs, {
      ...settings,
      controller: options,
    });
    const snapshots = await snapshotsOf(run);
    const straight = courseOf(run);
    run.close();
    expect(snapshots.length).toBeGreaterThan(60);
    const stages = new Set<string>();
    for (const folder of snapshots) {
      const killed = openRun(folder);
      stages.add(
        readTrials(killed.database)
          .map((trial) => trial.state[0])
          .join(''),
      );
      try {
        expect(await runSearch(searchOf(killed).parts)).toBe('finished');
        expect(courseOf(killed)).toEqual(straight);
      } finally {
        killed.close();
      }
    }
    // The snapshots really lie at different points of the course.
    expect(stages.size).toBeGreaterThan(8);
  },
);

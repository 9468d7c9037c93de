import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noEarlyStopping } from '../../src-shared/early-stopping';
import type { ImageSearchConfig } from '../../src-shared/config/search-config';
import { outcomeOf } from '../../src-shared/run/metric';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import type { Trial } from '../../src-shared/run/trial';
import { openRun, type WritableRun } from '../runs/run-folder';
import { readEpochs } from '../runs/tables/epochs';
import { readTrials } from '../runs/tables/trials';
import { cpuTrainers } from '../testing/cpu-trainers';
import { courseOf, demo, newRun as createTestRun, searchOf } from '../testing/search-fixture';
import { epochOf, type SyntheticChildren } from '../testing/synthetic-pool';
import { temporaryFolder } from '../testing/temporary-folder';
import { earlyStopping } from './early-stopping';
import { runSearch } from './search';

let runs: string;
let opened: WritableRun[] = [];
beforeEach(() => {
  runs = temporaryFolder('cellsmith-stopping-');
});
afterEach(() => {
  for (const run of opened) run.close();
  opened = [];
  rmSync(runs, { recursive: true });
});

const median: Partial<ImageSearchConfig> = {
  earlyStopping: { ...noEarlyStopping, rule: 'median', afterEpochs: 3, afterChildren: 4 },
  duplicates: 'retrain',
};
const newRun = (changes: Partial<ImageSearchConfig> = {}): WritableRun => {
  const run = createTestRun(runs, { ...median, ...changes });
  opened.push(run);
  return run;
};
async function searched(changes: Partial<ImageSearchConfig>, children: SyntheticChildren = {}) {
  const run = newRun(changes);
  await runSearch(searchOf(run, children).parts);
  return run;
}
const epochsOf = (run: WritableRun): EpochRecord[][] =>
  readTrials(run.database).map(({ number }) => readEpochs(run.database, number));

describe('a search with a rule', () => {
  it('ends children after their allotted epochs, and rewards them for these', async () => {
    const run = await searched({});
    const trials = readTrials(run.database);
    const { recipe } = run.manifest.config;
    const ended = trials.filter(({ endedBy }) => endedBy === 'rule');
    expect(ended.length).toBeGreaterThan(2);
    expect(ended.length).toBeLessThan(trials.length);
    for (const trial of trials) {
      const epochs = readEpochs(run.database, trial.number);
      expect(epochs).toHaveLength(trial.endedBy === null ? recipe.epochs : 3);
      expect(trial).toMatchObject({ state: 'completed', ...outcomeOf(epochs, recipe) });
      // The first batch has no earlier children to compare with.
      if (trial.number <= demo.controller.childrenPerUpdate) expect(trial.endedBy).toBeNull();
    }
  });

  it('has the same result regardless of which child ends first', async () => {
    const straight = courseOf(await searched({ trainers: cpuTrainers(1) }));
    for (const pace of [1, 2]) expect(courseOf(await searched({}, { pace }))).toEqual(straight);
  });

  it('that was stopped repeatedly takes the course of an uninterrupted one', async () => {
    const straight = courseOf(await searched({ trainers: cpuTrainers(1) }));
    const run = newRun();
    let sessions = 0;
    for (let outcome = 'stopped'; outcome === 'stopped'; sessions++) {
      const { parts, now } = searchOf(run, { pace: 3 });
      let heard = 0;
      outcome = await runSearch({
        ...parts,
        listener: ({ type }) => {
          if (type === 'epochEnded' && ++heard === 29) now.abort();
        },
      });
    }
    expect(sessions).toBeGreaterThan(3);
    expect(courseOf(run)).toEqual(straight);
  });

  it('reuses the reward of a child that it has ended for a duplicate, like any other', async () => {
    const schedule = { initialLayers: 2, growBy: 0, every: 1, maximumLayers: 2 };
    const run = await searched({
      duplicates: 'reuse',
      space: { ...demo.space, filterHeights: [1, 3], filterWidths: [3], filters: [6, 12], schedule },
      budget: { children: 60, hours: null, multiplyAdds: null },
    });
    const trials = readTrials(run.database);
    const known = (number: number): Trial | undefined => trials[number - 1];
    const twins = trials.filter(({ reusedFrom }) => known(reusedFrom ?? 0)?.endedBy === 'rule');
    expect(twins.length).toBeGreaterThan(0);
    for (const { reusedFrom, reward } of twins) expect(reward).toBe(known(reusedFrom ?? 0)?.reward);
  });

  it('trains a child that resumes from a checkpoint no longer than the rule allows', async () => {
    const run = await searched({ trainers: cpuTrainers(1) });
    const poor = Array.from({ length: 5 }, (_, epoch) => epochOf(epoch, 0.001));
    expect(earlyStopping(run).judge(poor, run.manifest.config.recipe.epochs)).toMatchObject({ epochs: 3 });
    const longer = newRun({ budget: { children: 24, hours: null, multiplyAdds: null } });
    const search = searchOf(longer);
    const { pool } = search.parts;
    await runSearch({
      ...search.parts,
      pool: {
        ...pool,
        get size() {
          return pool.size;
        },
        run: async (job, listener) => {
          if (job.trial !== 20) return pool.run(job, listener);
          listener?.onEvent?.({ type: 'trialStarted', trainer: 1 });
          listener?.onEvent?.({ type: 'trialRestored', epochs: poor });
          expect(listener?.afterStep?.aborted).toBe(true);
          return { outcome: 'cancelled', epochs: poor };
        },
      },
    });
    expect(readTrials(longer.database)[19]).toMatchObject({ endedBy: 'rule', state: 'completed' });
    expect(epochsOf(longer)[19]).toHaveLength(3);
  });

  it('stores whether the user or the rule ended a child', async () => {
    const run = await searched({});
    const before = readTrials(run.database);
    run.close();
    const again = openRun(run.folder);
    opened.push(again);
    expect(readTrials(again.database)).toEqual(before);
  });
});

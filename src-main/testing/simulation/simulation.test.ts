import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { presets } from '../../../src-shared/config/presets';
import { spreadOf } from '../../../src-shared/run/figures';
import type { Trial } from '../../../src-shared/run/trial';
import { currentCheckpoint } from '../../runs/checkpoint';
import { createRun, type WritableRun } from '../../runs/run-folder';
import { countTrials, readTrials } from '../../runs/tables/trials';
import { readUpdates } from '../../runs/tables/batches';
import { runDescription } from '../run-description';
import { courseOf } from '../search-fixture';
import { temporaryFolder } from '../temporary-folder';
import { drawChild, fitChildren, type ChildModel } from './child-model';
import { simulateSearch } from './simulate-search';
import { virtualTime } from './virtual-time';

const model: ChildModel = {
  duration: { intercept: -6, slope: 0.8, deviation: 0.3 },
  quality: { intercept: -6, slope: 0.5, deviation: 0.2 },
};

let runs: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-simulation-');
});
afterEach(() => rmSync(runs, { recursive: true }));

const replicas = 10;

/** The published search, with a tenth of its replicas, and few epochs. */
function search(changes: Partial<typeof presets.v1.config.controller> = {}): WritableRun {
  const { config } = presets.v1;
  return createRun(
    { within: runs },
    runDescription({
      ...config,
      controller: { ...config.controller, replicas, childrenPerUpdate: 4, ...changes },
      recipe: { ...config.recipe, epochs: 3, rewardEpochs: 1 },
      budget: { children: 320, hours: null, multiplyAdds: null },
    }),
  );
}

describe('a simulated search at a tenth of the scale of the paper', () => {
  it('keeps all trainers busy, counts every child once, and stores no more than it needs', async () => {
    const run = search();
    const copies: number[] = [];
    const sizes: number[] = [];
    try {
      const simulated = await simulateSearch(run, {
        size: 40,
        model,
        meanDuration: 600_000,
        failing: 0.05,
        onEvent: ({ type }) => {
          if (type !== 'controllerUpdated') return;
          const row = z.strictObject({ copies: z.int() });
          const found = run.database.first('SELECT count(*) AS copies FROM parameter_copies', [], row);
          copies.push(found?.copies ?? NaN);
          const current = currentCheckpoint(run.database)?.number ?? 0;
          const file = `${String(current).padStart(8, '0')}.state`;
          sizes.push(statSync(join(run.folder, 'controller', file)).size);
        },
      });
      const { completed, failed, reused } = countTrials(run.database);
      expect(completed + failed + reused).toBe(320);
      expect(failed).toBeGreaterThan(4);
      const updates = readUpdates(run.database);
      expect(updates.flatMap(({ trials }) => trials).sort((a, b) => a - b)).toEqual(
        readTrials(run.database).map(({ number }) => number),
      );
      // 320 children of ten minutes on 40 places; a replica waits for the slowest of its batch.
      expect(simulated.duration).toBeGreaterThan((320 / 40) * 600_000 * 0.8);
      expect(simulated.trained / (simulated.duration * 40)).toBeGreaterThan(0.4);
      // While a replica's children are trained, each of the others sends about one gradient.
      const staleness = spreadOf(updates, 'staleness');
      expect(staleness?.mean).toBeGreaterThan(0.7 * (replicas - 1));
      expect(staleness?.mean).toBeLessThan(1.1 * (replicas - 1));
      expect(Math.max(...copies)).toBeGreaterThan(1);
      expect(Math.max(...copies)).toBeLessThanOrEqual(replicas);
      expect(copies.at(-1)).toBe(0);
      // The copies of ten replicas would be ten times the parameters.
      expect(Math.max(...sizes)).toBeLessThan(1.02 * Math.min(...sizes));
      expect(readdirSync(join(run.folder, 'controller'))).toHaveLength(1);
    } finally {
      run.close();
    }
  });

  it('takes the same course each time, and in step regardless of the children’s durations', async () => {
    const courses = async (changes: Parameters<typeof search>[0], deviations: readonly number[]) => {
      const found: string[] = [];
      for (const deviation of deviations) {
        const run = search({ replicas: 4, ...changes });
        try {
          const slower = { ...model, duration: { ...model.duration, deviation } };
          await simulateSearch(run, { size: 16, model: slower, meanDuration: 600_000, failing: 0.05 });
          found.push(JSON.stringify(courseOf(run)));
        } finally {
          run.close();
        }
      }
      return new Set(found).size;
    };
    expect(await courses({}, [0.3, 0.3])).toBe(1);
    expect(await courses({}, [0.3, 1])).toBe(2);
    expect(await courses({ mode: 'synchronous' }, [0.3, 1])).toBe(1);
  });
});

describe('the model of children', () => {
  it('is recovered from the children that it drew', () => {
    const trials = Array.from({ length: 2000 }, (_, index): Trial => {
      const costs = { parameters: 1000 * (index + 1), multiplyAdds: 1e6 * (index + 1) };
      const { milliseconds, measure } = drawChild(model, 'accuracy', costs, index);
      const trial = { number: index + 1, state: 'completed', startedAt: 0, endedAt: milliseconds, measure };
      return { ...trial, ...costs } as Trial;
    });
    const found = fitChildren(trials, 'accuracy');
    for (const part of ['duration', 'quality'] as const) {
      expect(found[part].slope).toBeCloseTo(model[part].slope, 1);
      expect(found[part].deviation).toBeCloseTo(model[part].deviation, 1);
    }
    expect(() => fitChildren(trials.slice(0, 2), 'accuracy')).toThrow(/three/);
  });
});

describe('virtual time', () => {
  it('runs events in order of their times, and includes the cost of handling', async () => {
    const happened: [string, number][] = [];
    let spent = 0;
    const time = virtualTime(() => spent);
    const at = (milliseconds: number, name: string): Promise<void> =>
      new Promise((resolve) =>
        time.after(milliseconds, () => {
          happened.push([name, time.now()]);
          spent += 7;
          resolve();
        }),
      );
    const work = Promise.all([at(30, 'c'), at(10, 'a'), at(10, 'b'), at(50, 'e'), at(30, 'd')]);
    await time.until(work);
    expect(happened).toEqual([
      ['a', 10],
      ['b', 17],
      ['c', 30],
      ['d', 37],
      ['e', 50],
    ]);
    await expect(time.until(new Promise(() => undefined))).rejects.toThrow(/Nothing more happens/);
  });
});

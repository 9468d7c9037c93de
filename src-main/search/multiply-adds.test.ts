import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ImageSearchConfig } from '../../src-shared/config/search-config';
import { multiplyAddsUsed } from '../runs/summarise-run';
import { amendRun, createRun, openRun, type WritableRun } from '../runs/run-folder';
import { readTrials } from '../runs/tables/trials';
import { cpuTrainers } from '../testing/cpu-trainers';
import { runDescription } from '../testing/run-description';
import { courseOf, searchOf } from '../testing/search-fixture';
import { temporaryFolder } from '../testing/temporary-folder';
import { runSearch } from './search';

let runs: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-multiply-adds-');
});
afterEach(() => rmSync(runs, { recursive: true }));

/** On 1,000 images, of which 200 are set aside: an epoch takes 25 steps of 32. */
function newRun(changes: Partial<ImageSearchConfig>): WritableRun {
  const made = runDescription({ trainers: cpuTrainers(1), ...changes });
  const { description } = made.dataset;
  if (description.kind !== 'images') throw new Error('These are no images.');
  const train = { count: 1000, perClass: [500, 500] };
  const images = { ...description, splits: { ...description.splits, train } };
  return createRun({ within: runs }, { ...made, dataset: { ...made.dataset, description: images } });
}
const budget = (multiplyAdds: number | null, children: number | null = null) => ({
  budget: { children, hours: null, multiplyAdds },
});
/** What the children of a search took, counted by hand: eight epochs of 800 images, forwards and backwards. */
const takenBy = (run: WritableRun): number =>
  readTrials(run.database)
    .filter(({ state }) => state === 'completed')
    .reduce((sum, trial) => sum + 3 * 8 * 800 * trial.multiplyAdds, 0);

it('a budget of multiply-adds ends the search with the child that uses it up', async () => {
  const whole = newRun(budget(null, 24));
  await runSearch(searchOf(whole).parts);
  const half = Math.round(takenBy(whole) / 2);
  const run = newRun(budget(half));
  expect(await runSearch(searchOf(run).parts)).toBe('finished');
  const trained = readTrials(run.database).filter(({ state }) => state === 'completed');
  const last = trained.at(-1);
  expect(multiplyAddsUsed(run)).toBe(takenBy(run));
  expect(takenBy(run)).toBeGreaterThanOrEqual(half);
  expect(takenBy(run) - 3 * 8 * 800 * (last?.multiplyAdds ?? 0)).toBeLessThan(half);

  // With an extended budget, it continues as if it had had that from the beginning.
  const folder = run.folder;
  run.close();
  const again = openRun(folder);
  const extended = amendRun(again, { ...budget(null, 24), trainers: again.manifest.config.trainers });
  expect(await runSearch(searchOf(extended).parts)).toBe('finished');
  expect(courseOf(extended)).toEqual(courseOf(whole));
  extended.close();
  whole.close();
});

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRun } from '../../runs/run-folder';
import { runDescription } from '../../testing/run-description';
import { temporaryFolder } from '../../testing/temporary-folder';
import { listDatasets } from './run-queries';

let runs: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith datasets ');
});
afterEach(() => rmSync(runs, { recursive: true }));

function runOn(location: string): string {
  const base = runDescription();
  const run = createRun({ within: runs }, { ...base, dataset: { ...base.dataset, location } });
  run.close();
  return run.folder;
}

it('each data set is listed once, with how many runs used it and whether it is still there', () => {
  runOn('/gone');
  runOn(runs);
  runOn(runs);
  const found = listDatasets(runs);
  expect(found.map(({ location, isThere, runs: count }) => [location, isThere, count])).toEqual(
    expect.arrayContaining([
      ['/gone', false, 1],
      [runs, true, 2],
    ]),
  );
  expect(found).toHaveLength(2);
});

it('a run that is damaged does not hide the others', () => {
  writeFileSync(join(runOn('/one'), 'run.json'), '{');
  runOn('/two');
  expect(listDatasets(runs).map(({ location }) => location)).toEqual(['/two']);
  expect(listDatasets(join(runs, 'nowhere'))).toEqual([]);
});

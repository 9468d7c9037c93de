import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../engine/provision/installation';
import { createRun } from '../../runs/run-folder';
import { runDescription } from '../../testing/run-description';
import { runProgram } from '../../testing/program';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-estimate-'));
const runs = join(folder, 'runs');
// The engine of this machine, with a separate cache for everything else.
const environment = { CELLSMITH_CACHE: join(folder, 'cache'), CELLSMITH_RUNS: runs };
beforeAll(() => {
  mkdirSync(environment.CELLSMITH_CACHE);
  symlinkSync(join(cacheDirectory(), 'engine'), join(environment.CELLSMITH_CACHE, 'engine'), 'junction');
});
afterAll(() => rmSync(folder, { recursive: true }));

const estimate = (...more: string[]) =>
  runProgram(['search', '--estimate', '--set', 'space.filters=4,6', ...more], environment);

it('estimates a search from measured children, stores the measurements, and creates no run', async () => {
  const first = await estimate();
  expect(first.stdout).toMatch(/Space of 3 layers +46,656 networks/);
  expect(first.stdout).toMatch(/Typical child +[\d.]+k? \(.*\) parameters/);
  expect(first.stdout).toMatch(/Epoch +50 steps of training, 13 of evaluation/);
  expect(first.stdout).toMatch(/The search takes +\d+ (s|min)( \d+ s)? for \d+ children on one trainer/);
  expect(first.code).toBe(0);
  expect(existsSync(runs)).toBe(false);
  expect(existsSync(join(environment.CELLSMITH_CACHE, 'measurements.json'))).toBe(true);

  // It is not measured again, so it may be estimated while a search runs.
  const run = createRun({ within: runs }, runDescription());
  try {
    const again = await estimate('--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      space: [{ depth: 3, count: '46656' }, { depth: 4 }],
      time: { isMeasured: true },
    });
    const measured = await estimate('--measure-again');
    expect(measured.code).not.toBe(0);
    expect(measured.stderr).toContain('A search is running in');
  } finally {
    run.close();
  }
});

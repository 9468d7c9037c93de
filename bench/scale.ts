/** `npm run bench -- scale`: searches at the paper's scale with children that take virtual time; docs/scale.md says how to read the result. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { openRunReadOnly } from '../src-main/runs/run-folder';
import { readTrials } from '../src-main/runs/tables/trials';
import type { ChildModel } from '../src-main/testing/simulation/child-model';
import { modelOf } from '../src-main/testing/simulation/simulate-search';
import { measureScale } from './scale/measure-scale';
import { scaleReport } from './scale/scale-report';
import { scales, type ScaleName } from './scale/scales';

const options = new Command('bench scale')
  .description(
    'The real search, controller, parameter server and run folder with the replicas of the paper; children are drawn from a model.',
  )
  .addOption(
    new Option('--scale <names...>', 'searches to simulate')
      .choices(Object.keys(scales))
      .default(Object.keys(scales)),
  )
  .option('--children <number>', 'children of each', wholeNumber, 12_800)
  .option('--minutes <number>', 'that a child takes on average', wholeNumber, 10)
  .option('--even', 'all children take the same time, so that no replica waits for the slowest of its batch')
  .option('--like <run>', 'folder of a run whose children are the model, instead of the fitted ones')
  .option('--folder <path>', 'where the run folders are made', tmpdir())
  .option('--keep', 'leaves the run folders there')
  .parse()
  .opts<{
    readonly scale: ScaleName[];
    readonly children: number;
    readonly minutes: number;
    readonly even?: true;
    readonly like?: string;
    readonly folder: string;
    readonly keep?: true;
  }>();

const even = { intercept: 0, slope: 0, deviation: 0 };

for (const name of options.scale) {
  const runs = mkdtempSync(join(options.folder, 'cellsmith-scale-'));
  const { model: fitted, ...scale } = scales[name];
  const model = options.like === undefined ? fitted : modelLike(options.like);
  try {
    const measured = await measureScale(runs, {
      ...scale,
      model: options.even === true ? { ...model, duration: even } : model,
      children: options.children,
      meanDuration: options.minutes * 60_000,
    });
    console.log(scaleReport(scale.title, measured));
    if (options.keep === true) console.log(`The run is in ${measured.folder}`);
  } finally {
    if (options.keep !== true) rmSync(runs, { recursive: true, force: true });
  }
}

function modelLike(folder: string): ChildModel {
  const run = openRunReadOnly(resolve(folder));
  try {
    const model = modelOf(run, readTrials(run.database));
    console.log(`Children like those of ${folder}: ${JSON.stringify(model)}`);
    return model;
  } finally {
    run.close();
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1.');
  return value;
}

/** `npm run bench -- resume`: kills tiny searches repeatedly, and compares their results with an undisturbed one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type KillingReport, killSearches } from '../src-main/testing/kills/kill-searches';
import { slowDisk } from '../src-main/testing/kills/search-process';
import { tinySearch } from '../src-main/testing/kills/tiny-search';

const root = resolve(import.meta.dirname, '..', '..');

const options = new Command('bench resume')
  .description(
    'Kills tiny searches of real children at random moments, half of them while a checkpoint is written, and resumes them. Linux alone.',
  )
  .option('--kills <number>', 'kills in all', positiveInteger, 100)
  .option('--seed <number>', 'of the moments', positiveInteger, 1)
  .option('--pause <milliseconds>', 'longest pause of the disk around each operation', positiveInteger, 5)
  .option('--early-stopping', 'let the median rule end children', false)
  .parse()
  .opts<{
    readonly kills: number;
    readonly seed: number;
    readonly pause: number;
    readonly earlyStopping: boolean;
  }>();

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-resume-'));
try {
  const started = performance.now();
  const report = await killSearches({
    program: join(root, 'out', 'main', 'cli.js'),
    ...(await tinySearch(folder, options.earlyStopping)),
    slowDisk: slowDisk(join(root, 'src-main', 'testing', 'kills', 'slow-disk.c'), folder, options.pause),
    folder,
    kills: options.kills,
    seed: options.seed,
    onKill: ({ victim, halfWritten }, count) =>
      console.error(`kill ${count}: ${victim}${halfWritten ? ', a checkpoint half written' : ''}`),
  });
  console.log(reportTable(report));
  for (const difference of report.differences) console.log(difference);
  console.log(`${Math.round((performance.now() - started) / 1000)} s`);
  const { differences, epochsLost, checkpointsDropped } = report;
  process.exitCode = differences.length + epochsLost + checkpointsDropped === 0 ? 0 : 1;
} finally {
  if (process.exitCode === 0) rmSync(folder, { recursive: true, force: true });
  else console.log(`The runs are in ${folder}.`);
}

function reportTable(report: KillingReport): string {
  const { kills } = report;
  const of = (victim: string): number => kills.filter((kill) => kill.victim === victim).length;
  const rows: readonly (readonly [string, number])[] = [
    ['kills', kills.length],
    ['of the search alone', of('search')],
    ['of all trainers', of('trainers')],
    ['of both', of('both')],
    ['while a checkpoint was half written', kills.filter(({ halfWritten }) => halfWritten).length],
    ['searches', report.searches],
    ['sessions', report.sessions],
    ['epochs of a search', report.epochsOfASearch],
    ['epochs in flight that were begun again, at most', report.epochsInFlight],
    ['complete epochs that were trained again', report.epochsLost],
    ['checkpoints that could not be used', report.checkpointsDropped],
    ['searches that differ from the undisturbed one', report.differences.length],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([what, count]) => `| ${what} | ${count} |`)].join('\n');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

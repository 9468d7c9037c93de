/** `npm run bench -- parallel`: the same children by one trainer of two threads and by two trainers of one thread, in turns. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { proposeUpTo } from '../src-main/strategy/strategy';
import { presets } from '../src-shared/config/presets';
import type { ImageSearchConfig } from '../src-shared/config/search-config';
import { prepareFor } from '../src-main/datasets/prepare';
import { candidates, strategyOf } from '../src-main/search/candidate';
import { localPool } from '../src-main/workers/pool/local-pool';
import { forkTrainer } from '../src-main/workers/trainer-process';
import type { TrialJob } from '../src-main/workers/protocol';
import { spreadOf } from './statistics';

interface Arrangement {
  readonly count: number;
  readonly threads: number;
}

const root = resolve(import.meta.dirname, '..', '..');

const options = new Command('bench parallel')
  .description('Children of the laptop preset on the sample of CIFAR-10, trained one and two at a time.')
  .option('--children <number>', 'children of a turn', positiveInteger, 6)
  .option('--rounds <number>', 'turns of each', positiveInteger, 3)
  .option('--epochs <number>', 'of each child; the preset has four', positiveInteger, 4)
  .option('--threads <number>', 'threads in all', positiveInteger, 2)
  .parse()
  .opts<{
    readonly children: number;
    readonly rounds: number;
    readonly epochs: number;
    readonly threads: number;
  }>();

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-parallel-'));
try {
  await compare();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const jobs = await jobsOf(options.children);
  const arrangements: readonly Arrangement[] = [
    { count: 1, threads: options.threads },
    { count: options.threads, threads: 1 },
  ];
  const rates = arrangements.map((): number[] => []);
  for (let round = 0; round < options.rounds; round++)
    for (const [which, arrangement] of arrangements.entries()) {
      const rate = await childrenAnHour(arrangement, jobs);
      rates[which]?.push(rate);
      console.error(`round ${round + 1}: ${nameOf(arrangement)}, ${Math.round(rate)} children an hour`);
    }
  console.log('| trainers | children an hour: median | least | most | against the first |');
  console.log('| --- | --- | --- | --- | --- |');
  const spreads = rates.map(spreadOf);
  for (const [which, { median, least, most }] of spreads.entries()) {
    const [arrangement, first] = [arrangements[which], spreads[0]];
    if (arrangement === undefined || first === undefined) continue;
    const numbers = [median, least, most].map(Math.round);
    console.log(`| ${[nameOf(arrangement), ...numbers, (median / first.median).toFixed(2)].join(' | ')} |`);
  }
}

function nameOf({ count, threads }: Arrangement): string {
  return `${count} of ${threads} thread${threads === 1 ? '' : 's'}`;
}

/** The first children that the preset's search would propose at random. */
async function jobsOf(count: number): Promise<TrialJob[]> {
  const { config: laptop } = presets.laptop;
  const config: ImageSearchConfig = {
    ...laptop,
    controller: { strategy: 'random', childrenPerUpdate: count, replicas: 1, mode: 'asynchronous' },
    recipe: { ...laptop.recipe, epochs: options.epochs, validation: 0.1 },
  };
  const { description, trainFolder } = await prepareFor(
    { kind: 'images', side: config.recipe.side, unreadable: 'refuse' },
    join(root, 'assets', 'cifar10-sample.tar.gz'),
    { cacheDirectory: join(folder, 'cache') },
  );
  const candidateOf = candidates(config, description);
  const strategy = strategyOf(config);
  return proposeUpTo(strategy, 0, count).map(({ depth, decisions }, index) => {
    const { child } = candidateOf(depth, decisions);
    return { trial: index + 1, child, seed: index, data: trainFolder, weights: null, checkpoint: null };
  });
}

/** Trains all children once the trainers are warm; their start is no part of a search of days. */
async function childrenAnHour(arrangement: Arrangement, jobs: readonly TrialJob[]): Promise<number> {
  const pool = localPool({
    trainers: { ...arrangement, device: 'cpu' },
    spawn: forkTrainer(join(root, 'out', 'main', 'trainer.js')),
  });
  try {
    const run = async (job: TrialJob): Promise<void> => {
      const { outcome } = await pool.run(job);
      if (outcome !== 'completed') throw new Error(`Child ${job.trial} was ${outcome}.`);
    };
    const warming = jobs.slice(0, arrangement.count).map(ofOneEpoch);
    await Promise.all(warming.map(run));
    const started = performance.now();
    await Promise.all(jobs.map(run));
    return (jobs.length * 3_600_000) / (performance.now() - started);
  } finally {
    await pool.close();
  }
}

function ofOneEpoch(job: TrialJob): TrialJob {
  const { child } = job;
  if (child.kind !== 'images') return job;
  return { ...job, child: { ...child, recipe: { ...child.recipe, epochs: 1, rewardEpochs: 1 } } };
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

/** `npm run bench -- controller`: how well and how fast the controller learns the synthetic reward, compared with random search and PyTorch. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import {
  paperController,
  syntheticExpectation,
  syntheticSearch,
} from '../src-main/testing/synthetic-strategy';
import { tuneController } from './controller-tuning';

const options = new Command('bench controller')
  .description(
    'REINFORCE with the settings of the paper on the synthetic reward over six layers of v1, one core, compared with random search and PyTorch.',
  )
  .option('--seeds <number>', 'searches of each', positiveInteger, 5)
  .option('--proposals <number>', 'architectures to a search', positiveInteger, 12_800)
  .option('--no-peer', 'leaves PyTorch out')
  .option('--tune', 'instead, compares settings for short searches on the same reward with noise')
  .parse()
  .opts<{
    readonly seeds: number;
    readonly proposals: number;
    readonly peer: boolean;
    readonly tune?: true;
  }>();

if (options.tune === true) tuneController(options.seeds);
else compare();

interface Line {
  readonly who: string;
  readonly seed: number;
  /** Mean of the 200 rewards up to 2,000 proposals and up to the last. */
  readonly early: number;
  readonly last: number;
  /** Of CPU time. */
  readonly seconds: number;
}

function compare(): void {
  console.log('| who | seed | mean of 200 at 2,000 | mean of the last 200 | CPU seconds |');
  console.log('| --- | --- | --- | --- | --- |');
  const lines: Line[] = [];
  const tell = (line: Line): void => {
    lines.push(line);
    const { who, seed, early, last, seconds } = line;
    console.log(`| ${who} | ${seed} | ${early.toFixed(3)} | ${last.toFixed(3)} | ${seconds.toFixed(1)} |`);
  };
  for (let seed = 0; seed < options.seeds; seed++) tell(ours('reinforce', seed));
  for (let seed = 0; seed < options.seeds; seed++) tell(ours('random', seed));
  if (options.peer) for (let seed = 0; seed < Math.min(2, options.seeds); seed++) tell(peer(seed));
  const reached = lines.filter(({ who, last }) => who === 'reinforce' && last >= 0.93).length;
  console.log(
    `\n${reached} of ${options.seeds} reach 0.93. Random search is expected to score ${syntheticExpectation}.`,
  );
}

function ours(strategy: 'reinforce' | 'random', seed: number): Line {
  const started = process.cpuUsage().user;
  const rewards = syntheticSearch({ ...paperController, strategy }, seed, options.proposals);
  const seconds = (process.cpuUsage().user - started) / 1e6;
  return {
    who: strategy,
    seed,
    early: meanUpTo(rewards, 2000),
    last: meanUpTo(rewards, rewards.length),
    seconds,
  };
}

function meanUpTo(rewards: readonly number[], proposals: number): number {
  const end = Math.min(proposals, rewards.length);
  const window = rewards.slice(Math.max(0, end - 200), end);
  return window.reduce((sum, reward) => sum + reward, 0) / window.length;
}

/** The independent controller of the tests' fixture, one thread. */
function peer(seed: number): Line {
  const script = resolve(
    import.meta.dirname,
    '..',
    '..',
    'src-main',
    'strategy',
    'reinforce',
    'controller.py',
  );
  const { stdout, stderr, status } = spawnSync(
    process.env['CELLSMITH_PEERS_PYTHON'] ?? 'python3',
    [script, 'learn', String(seed), String(options.proposals)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`PyTorch's controller failed:\n${stderr}`);
  const { early, last, seconds } = z
    .object({ early: z.number(), last: z.number(), seconds: z.number() })
    .parse(JSON.parse(stdout));
  return { who: 'PyTorch', seed, early, last, seconds };
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1.');
  return value;
}

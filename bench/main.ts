/** `npm run bench`: trains the same children with the product and with its peers; docs/benchmarks.md says how to read the result. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { format, resolveConfig } from 'prettier';
import { checkChild } from './check';
import { benchChild, childNames, isTiny, type ChildName } from './networks/children';
import {
  contestantNames,
  contestantTitle,
  isPeer,
  type ContestantName,
  type Surroundings,
} from './contestants/contestants';
import { measureChild, type ChildResult } from './measure';
import { progressOf } from './progress';
import { reportMarkdown, thisMachine, type BenchReport } from './report';

interface Options {
  readonly child: ChildName[];
  readonly peer: ContestantName[];
  readonly rounds: number;
  readonly steps?: number;
  readonly threads: number;
  readonly timeLimit: number;
  readonly quick?: true;
  readonly check?: true;
  readonly record?: true;
}

const results = resolve(import.meta.dirname, '..', '..', 'bench', 'results');

const page = resolve(import.meta.dirname, '..', '..', 'docs', 'benchmarks.md');
/** Text around the results of children of a kind on that page. */
const markers = {
  conv: ['<!-- results: written by `npm run bench -- --record` -->', '<!-- end of results -->'],
  language: [
    '<!-- results of language models: written by `npm run bench -- --record` -->',
    '<!-- end of results of language models -->',
  ],
} as const;

const program = new Command('bench')
  .description(
    'Trains the same networks as the product and as its peers, each in a separate process, in turns.',
  )
  .addOption(
    new Option('--child <names...>', 'networks to train')
      .choices(childNames)
      .default(childNames.filter((name) => !isTiny(name))),
  )
  .addOption(
    new Option('--peer <names...>', 'who trains them').choices(contestantNames).default([...contestantNames]),
  )
  .option('--rounds <number>', 'turns of each', positiveInteger, 5)
  .option('--steps <number>', 'timed steps of a turn (default: some seconds\u2019 worth)', positiveInteger)
  .option('--threads <number>', 'threads of each', positiveInteger, cpus().length)
  .option('--time-limit <seconds>', 'for a first step, compilation included', positiveInteger, 300)
  .option('--quick', 'two rounds of two steps: a smoke test, not a measurement')
  .option('--check', 'compares the losses of the first steps from the same weights, and measures nothing')
  .option('--record', 'also puts the result into docs/benchmarks.md, in place of the one there')
  .action(run);

await program.parseAsync();

async function run(options: Options): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'cellsmith-bench-scratch-'));
  const needsPython = options.peer.some((name) => isPeer(name) && name !== 'layers');
  const python = process.env['CELLSMITH_PEERS_PYTHON'] ?? null;
  if (needsPython && python === null)
    program.error('Start it with `npm run bench`, which prepares the peers.');
  const surroundings: Surroundings = { python, threads: options.threads, scratch };
  try {
    if (options.check === true) await check(options, surroundings);
    else await measure(options, surroundings);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measure(options: Options, surroundings: Surroundings): Promise<void> {
  const started = performance.now();
  const children: ChildResult[] = [];
  for (const [index, child] of options.child.entries())
    children.push(
      await measureChild(
        child,
        {
          contestants: options.peer,
          rounds: options.quick === true ? 2 : options.rounds,
          steps: options.quick === true ? 2 : (options.steps ?? null),
          surroundings,
          timeLimit: options.timeLimit * 1000,
        },
        progressOf(index, options.child.length, started),
      ),
    );
  const report: BenchReport = {
    date: new Date().toISOString(),
    machine: thisMachine(),
    threads: options.threads,
    children,
  };
  const markdown = reportMarkdown(report);
  const file = join(results, report.date.replaceAll(/[:.]/g, '-'));
  mkdirSync(results, { recursive: true });
  writeFileSync(`${file}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${file}.md`, markdown);
  if (options.record === true) await record(report);
  console.log(`${markdown}\nWritten to ${file}.md and .json`);
}

/** Puts the results of each kind of children between that kind's markers; what was not measured stays. */
async function record(report: BenchReport): Promise<void> {
  let text = readFileSync(page, 'utf8');
  for (const kind of ['conv', 'language'] as const) {
    const children = report.children.filter((child) => child.kind === kind);
    if (children.length > 0) text = between(text, markers[kind], reportMarkdown({ ...report, children }));
  }
  writeFileSync(page, await format(text, { ...(await resolveConfig(page)), filepath: page }));
}

function between(text: string, [first, last]: readonly [string, string], content: string): string {
  const [start, end] = [text.indexOf(first), text.indexOf(last)];
  if (start < 0 || end < start) throw new Error(`${page} has lost the markers of its results.`);
  return `${text.slice(0, start)}${first}\n\n${content}\n${text.slice(end)}`;
}

async function check(options: Options, surroundings: Surroundings): Promise<void> {
  // Augmented images are other images: there is nothing to compare them with.
  const contestants = options.peer.filter((name) => name !== 'graph-augmented');
  let disagree = 0;
  for (const child of options.child)
    for (const checked of await checkChild(child, contestants, surroundings, options.timeLimit * 1000)) {
      if (!checked.agrees) disagree += 1;
      console.log(
        `${checked.agrees ? 'same' : 'DIFFERS'}  ${child.padEnd(9)} ${contestantTitle(checked.contestant, benchChild(child).kind).padEnd(24)} ` +
          `losses ${checked.losses.map((loss) => loss.toFixed(5)).join(', ')}; ` +
          `differences ${checked.firstDifference.toExponential(1)}, then ${checked.laterDifference.toExponential(1)}`,
      );
    }
  console.log(disagree === 0 ? 'All compute the same.' : `${disagree} differ.`);
  process.exitCode = disagree === 0 ? 0 : 1;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

import Table from 'cli-table3';
import { metricNamed, metricOf, metricText } from '../../src-shared/run/metric';
import type { Trial } from '../../src-shared/run/trial';
import { evaluationOf } from '../../src-shared/run/evaluation';
import { readEvaluations } from '../runs/tables/epochs';
import { readBestTrials } from '../runs/tables/trials';
import type { OpenRun } from '../runs/run-folder';
import { givenChild, modelMaker, taskOfSpace } from '../../src-shared/tasks/searched';
import { tasks } from '../../src-shared/tasks/tasks';
import { rewardText } from '../../src-shared/format';
import { bold, type Terminal } from './terminal';

const none = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under a head, without rules. @param numbers right-aligned columns, from 0 */
export function table(
  terminal: Terminal,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): string {
  const drawn = new Table({
    head: head.map((text) => bold(terminal, text)),
    chars: none,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, column) => (numbers.includes(column) ? 'right' : 'left')),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Names and values, one a line. */
export function list(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

/** The best architectures of a run as a table; undefined when no child has been trained to the end. */
export function bestTable(terminal: Terminal, run: OpenRun, count: number): string | undefined {
  const best = readBestTrials(run.database, count);
  if (best.length === 0) return undefined;
  const { config } = run.manifest;
  const evaluations = readEvaluations(run.database);
  const isTested = evaluations.some(({ split }) => split === 'test');
  const metric = metricOf(config.recipe);
  const rows = best.map((trial, index) => [
    String(index + 1),
    String(trial.number),
    metricText(metric, trial.measure),
    rewardText(trial.reward),
    ...(isTested
      ? [metricText(metric, evaluationOf(evaluations, trial.number, 'test')?.metric ?? null)]
      : []),
    architectureText(run, trial),
  ]);
  return table(
    terminal,
    [
      ...['', 'child', metricNamed(metric).name, 'reward'],
      ...(isTested ? ['test'] : []),
      taskOfSpace(config.space).words.one,
    ],
    rows,
    isTested ? [0, 1, 2, 3, 4] : [0, 1, 2, 3],
  );
}

/** '4 layers, 12k parameters, 50% of skip connections', or 'base 8, 650 units, 20M parameters'. */
function architectureText({ manifest }: OpenRun, trial: Trial): string {
  const { config, dataset } = manifest;
  const { kind, architecture, task } = modelMaker(config, dataset.description)(trial.depth, trial.decisions);
  const summary = tasks.of(kind).summary(architecture, task);
  const name = givenChild(config.space, trial.decisions)?.name;
  return name === undefined ? summary : `${name}: ${summary}`;
}

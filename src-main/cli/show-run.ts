import { dataKinds, type EpochRecord } from '../../src-shared/tasks/data-kinds';
import { givenChild, modelMaker, taskOfSpace } from '../../src-shared/tasks/searched';
import { shortCount } from '../../src-shared/architecture/conv/conv-text';
import { counted } from '../../src-shared/counted';
import { metricNamed, metricOf, metricText, type MetricId } from '../../src-shared/run/metric';
import { decisionText } from '../../src-shared/search-space';
import { strategies } from '../../src-shared/config/strategies/strategies';
import { diagnosticSummaries } from '../../src-shared/run/figures';
import type { FailureReason, Trial } from '../../src-shared/run/trial';
import type { OpenRun } from '../runs/run-folder';
import { hasWeights, weightsPath } from '../runs/child-files';
import { readBatchOf, readUpdates } from '../runs/tables/batches';
import { readEvaluation } from '../runs/tables/epochs';
import { readTrials } from '../runs/tables/trials';
import { dateTime, duration, rewardText } from '../../src-shared/format';
import { summariseRun } from '../runs/summarise-run';
import { list, table } from './tables';
import { writeLine, type Terminal } from './terminal';

/** The head of `runs show`: the run and its state. */
export function writeOverview(terminal: Terminal, run: OpenRun): void {
  const summary = summariseRun(run);
  const { children, budget } = summary;
  const { dataset, config } = run.manifest;
  const limits = [
    ...(budget.children === null ? [] : [counted(budget.children, 'child', 'children')]),
    ...(budget.hours === null ? [] : [duration(budget.hours * 3_600_000)]),
    ...(budget.multiplyAdds === null ? [] : [`${shortCount(budget.multiplyAdds)} multiply-adds`]),
  ];
  const rows: [string, string][] = [
    ['Run', summary.folder],
    ['Name', summary.name],
    ['Preset', `${summary.preset}, ${summary.strategy}, seed ${config.seed}`],
    ['Data set', dataset.location],
    ['State', summary.message === null ? summary.state : `${summary.state}: ${summary.message}`],
    ['Budget', limits.length === 0 ? 'none' : limits.join(' or ')],
    ...(summary.multiplyAdds === null
      ? []
      : [['Multiply-adds', shortCount(summary.multiplyAdds)] satisfies [string, string]]),
    ['Children', `${children.ended}, of which ${children.failed} failed and ${children.reused} were reused`],
    ...strategyRow(run),
    ['Begun', dateTime(summary.createdAt)],
    ['Time', duration(summary.activeFor)],
  ];
  writeLine(terminal, list(rows));
}

/** The number of batches learned from, and the strategy's diagnostics over all of them. */
function strategyRow({ database, manifest }: OpenRun): [string, string][] {
  const updates = readUpdates(database);
  if (updates.length === 0) return [];
  const { controller } = manifest.config;
  const batches = `${counted(updates.length, 'batch', 'batches')} learned`;
  const replicas = 'replicas' in controller && controller.replicas > 1 ? controller : null;
  const by = replicas === null ? '' : ` by ${replicas.replicas} replicas, ${replicas.mode}`;
  const summaries = diagnosticSummaries(controller.strategy, updates);
  return [[strategies[controller.strategy].label, [`${batches}${by}`, ...summaries].join('; ')]];
}

/** Failed children by reason, with the last message of each. */
export function writeFailures(terminal: Terminal, run: OpenRun): void {
  const groups = new Map<FailureReason, Trial[]>();
  for (const trial of readTrials(run.database))
    if (trial.failure !== null)
      groups.set(trial.failure.reason, [...(groups.get(trial.failure.reason) ?? []), trial]);
  if (groups.size === 0) return;
  const rows = [...groups].map(([reason, trials]) => [
    reasonTexts[reason],
    String(trials.length),
    trials
      .slice(0, 8)
      .map((trial) => trial.number)
      .join(' ') + (trials.length > 8 ? ' …' : ''),
    trials.at(-1)?.failure?.message ?? '',
  ]);
  writeLine(terminal);
  writeLine(terminal, table(terminal, ['failures', 'count', 'children', 'last message'], rows, [1]));
}

const reasonTexts: Readonly<Record<FailureReason, string>> = {
  crashed: 'crashed',
  outOfMemory: 'out of memory',
  diverged: 'diverged',
  timeLimit: 'over the time limit',
  invalid: 'invalid',
  error: 'error',
  silent: 'silent',
  stopped: 'stopped by the user',
};

/** One child: its result, layers and epochs. */
export function writeTrial(
  terminal: Terminal,
  run: OpenRun,
  trial: Trial,
  epochs: readonly EpochRecord[],
): void {
  const { config, dataset } = run.manifest;
  const task = taskOfSpace(config.space);
  const model = modelMaker(config, dataset.description)(trial.depth, trial.decisions);
  const metric = metricOf(config.recipe);
  const { startedAt, endedAt, failure, reusedFrom, number } = trial;
  const given = givenChild(config.space, trial.decisions);
  const rows: [string, string][] = [
    ['Child', `${number} of ${run.folder}`],
    ...optional('Name', given?.name ?? null),
    ...optional('Origin', given?.origin ? `child ${given.origin.trial} of ${given.origin.run.name}` : null),
    [
      'State',
      trial.endedBy === null ? trial.state : `${trial.state}, stopped early by ${endingTexts[trial.endedBy]}`,
    ],
    [sentenceCase(metricNamed(metric).name), metricText(metric, trial.measure)],
    ['Reward', rewardText(trial.reward)],
    ...evaluationRows(run, number, metric),
    [sentenceCase(task.words.one), trial.architectureHash],
    ['Costs', `${shortCount(trial.parameters)} parameters, ${shortCount(trial.multiplyAdds)} multiply-adds`],
    ['Decisions', decisionText(trial)],
    ...optional('Sampled by', sampledBy(run, trial)),
    ...optional(
      'ln P',
      trial.logProbabilities.length > 0 &&
        trial.logProbabilities.reduce((sum, value) => sum + value, 0).toFixed(2),
    ),
    ...optional('Failure', failure && `${reasonTexts[failure.reason]}: ${failure.message}`),
    ...optional('Reused from', reusedFrom && `child ${reusedFrom}`),
    ...optional('Time', startedAt !== null && endedAt !== null && duration(endedAt - startedAt)),
    ...optional('Weights', hasWeights(run.folder, number) && weightsPath(run.folder, number)),
  ];
  writeLine(terminal, list(rows));
  writeLine(terminal);
  writeLine(terminal, task.table(model.architecture, model.task));
  if (epochs.length === 0) return;
  writeLine(terminal);
  writeLine(terminal, epochTable(terminal, epochs, metric));
}

/** Its results on the test split, and averaged over dropout samples. */
function evaluationRows({ database }: OpenRun, trial: number, metric: MetricId): [string, string][] {
  return (['validation', 'test'] as const).flatMap((split): [string, string][] => {
    const found = readEvaluation(database, trial, split);
    if (found === undefined) return [];
    const averaged = found.draws > 0 ? `, averaged over ${counted(found.draws, 'draw')} of dropout` : '';
    return [[split === 'test' ? 'Test' : 'Averaged', `${metricText(metric, found.metric)}${averaged}`]];
  });
}

const endingTexts = { user: 'the user', rule: 'the early-stopping rule' } as const;

/** 'replica 3, by parameters after 17 updates'; null with a single replica, or where it was not stored. */
function sampledBy({ database, manifest }: OpenRun, trial: Trial): string | null {
  const version = readBatchOf(database, trial.number)?.parametersVersion ?? null;
  const { controller } = manifest.config;
  if (version === null || !('replicas' in controller) || controller.replicas === 1) return null;
  return `replica ${trial.replica + 1}, by parameters after ${counted(version, 'update')}`;
}

function optional(name: string, value: string | false | 0 | null): [string, string][] {
  return typeof value === 'string' ? [[name, value]] : [];
}

function sentenceCase(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function epochTable(terminal: Terminal, epochs: readonly EpochRecord[], metric: MetricId): string {
  const rows = epochs.map((epoch) => [
    String(epoch.epoch + 1),
    ...dataKinds.of(epoch.kind).epochCells(epoch, (stored) => metricText(metric, stored)),
    epoch.learningRate.toPrecision(3),
    duration(1000 * epoch.seconds),
  ]);
  const middle = epochs[0] ? dataKinds.of(epochs[0].kind).epochHead(metricNamed(metric).name) : [];
  const head = ['epoch', ...middle, 'rate', 'time'];
  return table(
    terminal,
    head,
    rows,
    head.map((_, column) => column),
  );
}

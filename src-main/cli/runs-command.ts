import { resolve } from 'node:path';
import { findRunFolder, listRunFolders, summarised } from '../runs/locations';
import { openRunReadOnly, type OpenRun } from '../runs/run-folder';
import { CellsmithError } from '../../src-shared/errors';
import { exitCodes } from './exit-codes';
import { dateTime } from '../../src-shared/format';
import { metricText } from '../../src-shared/run/metric';
import type { RunSummary } from '../../src-shared/run/run-summary';
import { summariseRun } from '../runs/summarise-run';
import { writeFailures, writeOverview, writeTrial } from './show-run';
import { readEpochs, readEvaluations } from '../runs/tables/epochs';
import { readBatchOf, readUpdates } from '../runs/tables/batches';
import { readTrial, readTrials } from '../runs/tables/trials';
import { bestTable, table } from './tables';
import { runsFolder, writeJson, writeLine, type Terminal } from './terminal';
import { architectureFileText, architectureSvg } from '../../src-shared/architecture-file/architecture-file';
import { readArchitecture } from '../export/trial-file';
import { writeOutput } from '../export/write-output';

/** `cellsmith runs list`: every run below the folder, including those that cannot be opened. */
export function listCommand(
  terminal: Terminal,
  options: { readonly runs?: string; readonly json: boolean },
): number {
  const folder = runsFolder(terminal, options);
  const { summaries, broken } = summarised(listRunFolders(folder), (path) => withRun(path, summariseRun));
  if (options.json) {
    for (const summary of [...summaries, ...broken]) writeJson(terminal, summary);
    return exitCodes.ok;
  }
  if (summaries.length + broken.length === 0) writeLine(terminal, `There are no runs in ${folder}.`);
  if (summaries.length > 0) writeLine(terminal, runsTable(terminal, summaries));
  for (const { message } of broken) writeLine(terminal, message);
  return exitCodes.ok;
}

/** `cellsmith runs show`: a run, or one of its trials. Another process may be writing it. */
export function showCommand(
  terminal: Terminal,
  named: string,
  options: { readonly runs?: string; readonly trial?: number; readonly best: number; readonly json: boolean },
): number {
  const folder = findRunFolder(named, runsFolder(terminal, options));
  withRun(folder, (run) => {
    if (options.trial !== undefined) showTrial(terminal, run, options.trial, options.json);
    else if (options.json)
      writeJson(terminal, {
        ...summariseRun(run),
        config: run.manifest.config,
        trials: readTrials(run.database),
        evaluations: readEvaluations(run.database),
        updates: readUpdates(run.database),
      });
    else showRun(terminal, run, options.best);
  });
  return exitCodes.ok;
}

function showRun(terminal: Terminal, run: OpenRun, count: number): void {
  writeOverview(terminal, run);
  writeLine(terminal);
  writeLine(terminal, bestTable(terminal, run, count) ?? 'No child has completed training.');
  writeFailures(terminal, run);
}

function showTrial(terminal: Terminal, run: OpenRun, number: number, json: boolean): void {
  const trial = readTrial(run.database, number);
  if (trial === undefined) throw new CellsmithError('run.not-found', `${run.folder} has no trial ${number}.`);
  const epochs = readEpochs(run.database, trial.reusedFrom ?? number);
  const sampledVersion = readBatchOf(run.database, number)?.parametersVersion ?? null;
  const evaluations = readEvaluations(run.database).filter((one) => one.trial === number);
  if (json) writeJson(terminal, { ...trial, sampledVersion, epochs, evaluations });
  else writeTrial(terminal, run, trial, epochs);
}

function withRun<T>(folder: string, work: (run: OpenRun) => T): T {
  const run = openRunReadOnly(folder);
  try {
    return work(run);
  } finally {
    run.close();
  }
}

function runsTable(terminal: Terminal, summaries: readonly RunSummary[]): string {
  const rows = summaries.map(({ run, name, state, children, budget, measure, best, test, createdAt }) => [
    run,
    name,
    state,
    budget.children === null ? String(children.ended) : `${children.ended}/${budget.children}`,
    metricText(measure, best?.measure ?? null),
    test === null ? '' : metricText(measure, test.metric),
    dateTime(createdAt),
  ]);
  return table(terminal, ['run', 'name', 'state', 'children', 'best', 'test', 'begun'], rows, [3, 4, 5]);
}

export const exportFormats = ['json', 'svg'] as const;

export interface ExportOptions {
  readonly format: (typeof exportFormats)[number];
  readonly output?: string;
  readonly force: boolean;
  readonly runs?: string;
}

/** `cellsmith runs export`: the architecture of a child as a file, or on the standard output. */
export function exportCommand(
  terminal: Terminal,
  named: string,
  number: number,
  { format, output, force, runs }: ExportOptions,
): number {
  const run = openRunReadOnly(
    findRunFolder(named, runsFolder(terminal, { ...(runs !== undefined && { runs }) })),
  );
  try {
    const file = readArchitecture(run, number);
    const text = format === 'json' ? architectureFileText(file) : architectureSvg(file);
    if (output === undefined) terminal.stdout.write(text);
    else {
      writeOutput(resolve(output), text, force);
      writeLine(terminal, resolve(output));
    }
  } finally {
    run.close();
  }
  return exitCodes.ok;
}

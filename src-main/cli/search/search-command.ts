import { join } from 'node:path';
import type { Command } from 'commander';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { RunEvent } from '../../../src-shared/run/run-event';
import { prepareFor } from '../../datasets/prepare';
import { provisionEngine } from '../../engine/provision/provision';
import { findRunFolder } from '../../runs/locations';
import type { WritableRun } from '../../runs/run-folder';
import { budgetUsed, earlierState, epochsOfChildren } from '../../runs/summarise-run';
import { evaluatesOnly, type TestRequest } from '../../search/evaluate-children';
import { prepareSearch, type SearchOrder } from '../../search/prepare-search';
import { searchWithTrainers } from '../../search/search-with-trainers';
import type { QueueTarget } from '../../workers/queue/producer/queue-pool';
import { forkTrainer } from '../../workers/trainer-process';
import { exitCodes } from '../exit-codes';
import { listenForInterrupts } from '../interrupts';
import {
  configOf,
  dataOf,
  requireResumable,
  resumeChanges,
  type SearchOptions,
  queueOf,
} from './search-options';
import { bestTable } from '../tables';
import { productVersion, programName, runsFolder, writeLine, type Terminal } from '../terminal';
import { chooseView } from '../views/plain-views';

/**
 * `cellsmith search`: prepares the data and the engine, makes a run or opens one, and searches until the end or Ctrl-C.
 * @returns the exit code
 */
export function searchCommand(terminal: Terminal, options: SearchOptions, command: Command): Promise<number> {
  return carryOut(terminal, {
    order: orderOf(terminal, options, command),
    test: 'none',
    queueOf: (config) => queueOf(terminal, config, options),
    json: options.json,
  });
}

function orderOf(terminal: Terminal, options: SearchOptions, command: Command): SearchOrder {
  const runs = runsFolder(terminal, options);
  if (options.resume !== undefined) {
    requireResumable(command);
    return {
      kind: 'resume',
      folder: findRunFolder(options.resume, runs),
      data: options.data,
      changes: (config) => resumeChanges(config, options),
    };
  }
  const config = configOf(options);
  const { skipUnreadable } = options;
  const place = { within: runs };
  return { kind: 'new', config, data: dataOf(terminal, options, config), skipUnreadable, place };
}

/** What a command has a run do. */
export interface RunTask {
  readonly order: SearchOrder;
  readonly test: TestRequest;
  /** The queue whose workers train its children; null for this machine. */
  readonly queueOf: (config: SearchConfig) => QueueTarget | null;
  readonly json: boolean;
}

/**
 * Prepares a run, works on it until its end or Ctrl-C, and shows its progress and its result.
 * @returns the exit code
 */
export async function carryOut(terminal: Terminal, task: RunTask): Promise<number> {
  const { order, test, json } = task;
  const view = chooseView(terminal, json);
  let working = false;
  const interrupts = listenForInterrupts((presses) => {
    if (working && presses === 1)
      view.note(
        'Ending after the current epoch of each child; everything is kept. Press Ctrl-C again to end at once.',
      );
    else if (working) view.note('Ending at once; everything up to the last epoch is kept.');
  });
  // Nothing to keep yet: the first Ctrl-C ends at once.
  const signal = AbortSignal.any([interrupts.gentle, interrupts.immediate]);
  let run: WritableRun | undefined;
  try {
    const { data, location, software, ...ready } = await prepareSearch(order, {
      prepare: prepareFor,
      reading: { signal, onProgress: (progress) => view.dataset(progress) },
      engine: ({ trainers }) =>
        trainers.queue === null || evaluatesOnly(test)
          ? provisionEngine({ signal, onProgress: (progress) => view.engine(progress) })
          : Promise.resolve(null),
      version: productVersion(terminal),
    });
    ({ run } = ready);
    working = true;
    const { config } = run.manifest;
    view.begin({
      config,
      earlier: earlierState(run),
      used: budgetUsed(run),
      epochsOf: epochsOfChildren(run),
    });
    await searchWithTrainers(run, {
      ...{ location, software, test },
      data: data.trainFolder,
      spawn: forkTrainer(join(terminal.programs, 'trainer.js')),
      queue: task.queueOf(config),
      listener: (event: RunEvent) => view.event(event),
      stop: { afterEpoch: interrupts.gentle, now: interrupts.immediate },
      onBegin: (control) => {
        if (order.kind === 'resume' && order.retry !== undefined) control.retry(order.retry);
      },
    });
    view.close();
    if (!json) writeSummary(terminal, run, interrupts.exitCode() !== undefined);
    return interrupts.exitCode() ?? exitCodes.ok;
  } catch (error) {
    view.close();
    if (run !== undefined && !json) writeSummary(terminal, run, true);
    throw error;
  } finally {
    run?.close();
  }
}

function writeSummary(terminal: Terminal, run: WritableRun, unfinished: boolean): void {
  const best = bestTable(terminal, run, 10);
  writeLine(terminal);
  writeLine(terminal, best ?? 'No child has completed training.');
  writeLine(terminal);
  writeLine(terminal, `Run folder: ${run.folder}`);
  const named = quoted(run.folder);
  const command = run.manifest.config.space.kind === 'given' ? 'train' : 'search';
  if (unfinished)
    writeLine(
      terminal,
      `Ended before its budget was used up. To resume: ${programName()} ${command} --resume ${named}`,
    );
  else if (best !== undefined)
    writeLine(terminal, `To show one of them: ${programName()} runs show ${named} --trial N`);
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(path) ? path : `"${path}"`;
}

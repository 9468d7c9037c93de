import { join } from 'node:path';
import type { Command } from 'commander';
import type { RunEvent } from '../../../src-shared/run/run-event';
import { prepareFor } from '../../datasets/prepare';
import { provisionEngine } from '../../engine/provision/provision';
import { findRunFolder } from '../../runs/locations';
import type { WritableRun } from '../../runs/run-folder';
import { budgetUsed, earlierState } from '../../runs/summarise-run';
import { prepareSearch, type ReadySearch, type SearchOrder } from '../../search/prepare-search';
import { searchWithTrainers } from '../../search/search-with-trainers';
import { forkTrainer } from '../../workers/trainer-process';
import { exitCodes } from '../exit-codes';
import { listenForInterrupts, type Interrupts } from '../interrupts';
import {
  configOf,
  dataOf,
  requireResumable,
  resumeChanges,
  type SearchOptions,
  queueOf,
} from './search-options';
import type { SearchView } from '../views/search-view';
import { bestTable } from '../tables';
import { productVersion, programName, runsFolder, writeLine, type Terminal } from '../terminal';
import { chooseView } from '../views/plain-views';

/**
 * `cellsmith search`: prepares the data and the engine, makes a run or opens one, and searches until the end or Ctrl-C.
 * @returns the exit code
 */
export async function searchCommand(
  terminal: Terminal,
  options: SearchOptions,
  command: Command,
): Promise<number> {
  const view = chooseView(terminal, options.json);
  let searching = false;
  const interrupts = listenForInterrupts((presses) => {
    if (searching && presses === 1)
      view.note(
        'Ending after the current epoch of each child; everything is kept. Press Ctrl-C again to end at once.',
      );
    else if (searching) view.note('Ending at once; everything up to the last epoch is kept.');
  });
  let run: WritableRun | undefined;
  try {
    const ready = await prepare(terminal, options, command, view, interrupts);
    ({ run } = ready);
    searching = true;
    await search(terminal, ready, view, interrupts, options);
    view.close();
    if (!options.json) writeSummary(terminal, run, interrupts.exitCode() !== undefined);
    return interrupts.exitCode() ?? exitCodes.ok;
  } catch (error) {
    view.close();
    if (run !== undefined && !options.json) writeSummary(terminal, run, true);
    throw error;
  } finally {
    run?.close();
  }
}

async function prepare(
  terminal: Terminal,
  options: SearchOptions,
  command: Command,
  view: SearchView,
  interrupts: Interrupts,
): Promise<ReadySearch> {
  // Nothing to keep yet: the first Ctrl-C ends at once.
  const signal = AbortSignal.any([interrupts.gentle, interrupts.immediate]);
  return prepareSearch(orderOf(terminal, options, command), {
    prepare: prepareFor,
    reading: { signal, onProgress: (progress) => view.dataset(progress) },
    engine: ({ trainers }) =>
      trainers.queue === null
        ? provisionEngine({ signal, onProgress: (progress) => view.engine(progress) })
        : Promise.resolve(null),
    version: productVersion(terminal),
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
  return { kind: 'new', config, data: dataOf(terminal, options, config), skipUnreadable, runs };
}

async function search(
  terminal: Terminal,
  ready: ReadySearch,
  view: SearchView,
  interrupts: Interrupts,
  options: SearchOptions,
): Promise<void> {
  const { run, data, software } = ready;
  view.begin({
    config: run.manifest.config,
    earlier: earlierState(run),
    used: budgetUsed(run),
  });
  await searchWithTrainers(run, {
    data: data.trainFolder,
    spawn: forkTrainer(join(terminal.programs, 'trainer.js')),
    queue: queueOf(terminal, run.manifest.config, options),
    listener: (event: RunEvent) => view.event(event),
    stop: { afterEpoch: interrupts.gentle, now: interrupts.immediate },
    software,
  });
}

function writeSummary(terminal: Terminal, run: WritableRun, unfinished: boolean): void {
  const best = bestTable(terminal, run, 10);
  writeLine(terminal);
  writeLine(terminal, best ?? 'No child has completed training.');
  writeLine(terminal);
  writeLine(terminal, `Run folder: ${run.folder}`);
  const named = quoted(run.folder);
  if (unfinished)
    writeLine(
      terminal,
      `Ended before its budget was used up. To resume: ${programName()} search --resume ${named}`,
    );
  else if (best !== undefined)
    writeLine(terminal, `To show one of them: ${programName()} runs show ${named} --trial N`);
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(path) ? path : `"${path}"`;
}

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CellsmithError } from '../../../src-shared/errors';
import { findRunFolder } from '../../runs/locations';
import { openRunReadOnly } from '../../runs/run-folder';
import { readTrials } from '../../runs/tables/trials';
import { requireUnfinished, requireUntested } from '../../search/evaluate-children';
import type { SearchOrder } from '../../search/prepare-search';
import { carryOut } from '../search/search-command';
import { runsFolder, type Terminal } from '../terminal';
import { orderOf, requireResumable, type TrainOptions } from './train-options';

/**
 * `cellsmith train`: a run of given architectures, until the last epoch of their recipes or Ctrl-C; with --resume resumes one, or
 * evaluates it.
 * @param named architecture files, or a run and numbers of its children; nothing with --cell, --network or --resume
 * @returns the exit code
 */
export function trainCommand(
  terminal: Terminal,
  named: readonly string[],
  options: TrainOptions,
  command: Command,
): Promise<number> {
  if (options.resume !== undefined) requireResumable(command, named, options.resume);
  const order =
    options.resume === undefined
      ? orderOf(terminal, named, options)
      : resumed(findRunFolder(options.resume, runsFolder(terminal, options)), options);
  return carryOut(terminal, {
    order,
    test: options.test ? 'given' : 'none',
    queueOf: () => null,
    json: options.json,
  });
}

function resumed(folder: string, options: TrainOptions): SearchOrder {
  const run = openRunReadOnly(folder);
  try {
    if (run.manifest.config.space.kind !== 'given')
      throw new CellsmithError(
        'config.invalid',
        `${folder} is a search: resume it with "cellsmith search --resume", or train one of its children.`,
      );
    requireUnfinished(run, options.test);
    const failed = readTrials(run.database).flatMap(({ number, state }) =>
      state === 'failed' ? [number] : [],
    );
    return {
      kind: 'resume',
      folder,
      data: dataOf(options),
      changes: ({ budget, trainers }) => ({ budget, trainers: { ...trainers, ...threadsOf(options) } }),
      require: (open) => requireUnfinished(open, options.test),
      ...(failed.length > 0 && { retry: failed }),
    };
  } finally {
    run.close();
  }
}

/** The options of `cellsmith runs test`. */
export type TestOptions = Pick<TrainOptions, 'data' | 'runs' | 'json'>;

/**
 * `cellsmith runs test`: evaluates children of a run, whose weights it has kept, on the test split, each once.
 * @returns the exit code
 */
export function testCommand(
  terminal: Terminal,
  named: string,
  numbers: readonly number[],
  options: TestOptions,
): Promise<number> {
  const folder = findRunFolder(named, runsFolder(terminal, options));
  return carryOut(terminal, {
    order: {
      kind: 'resume',
      folder,
      data: dataOf(options),
      changes: ({ budget, trainers }) => ({ budget, trainers }),
      require: (run) => requireUntested(run, numbers),
    },
    test: numbers,
    queueOf: () => null,
    json: options.json,
  });
}

function dataOf({ data }: Pick<TrainOptions, 'data'>): string | undefined {
  return data === undefined ? undefined : resolve(data);
}

function threadsOf({ threads }: Pick<TrainOptions, 'threads'>): { readonly threads?: number } {
  return threads === undefined ? {} : { threads };
}

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { changesOnResume } from '../../../src-shared/config/changes';
import { configOfFile, parseConfigFile, type ConfigFile } from '../../../src-shared/config/options/overrides';
import { mergeOverrides, type Overrides, parseSettings } from '../../../src-shared/config/options/overrides';
import { findPreset, presetNames } from '../../../src-shared/config/presets';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import { strategyIds, type StrategyId } from '../../../src-shared/config/strategies/strategies';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import type { QueueTarget } from '../../workers/queue/producer/queue-pool';
import { parseQueueUrl, queueAddressOf, valueOf } from '../../workers/queue/wire/address';
import { sharedVariable } from '../../workers/queue/wire/files';
import { installationRoot, type Terminal } from '../terminal';

/** The options of `cellsmith search`. */
export interface SearchOptions {
  readonly preset?: string;
  readonly data?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly name?: string;
  readonly runs?: string;
  readonly trainers?: number;
  readonly threads?: number;
  readonly children?: number;
  readonly hours?: number;
  readonly multiplyAdds?: number;
  readonly seed?: number;
  readonly strategy?: StrategyId;
  readonly level?: 'word' | 'character';
  readonly vocabulary?: number;
  readonly skipUnreadable: boolean;
  readonly resume?: string;
  readonly estimate?: boolean;
  readonly measureAgain?: boolean;
  readonly queue?: string;
  readonly ca?: string;
  readonly shared?: string;
  readonly json: boolean;
}

/** Value of --queue that trains on this machine. */
const noQueue = 'none';

/** Options that a resumed search accepts; all others affect its earlier results. */
const resumable = new Set([
  'resume',
  'data',
  'runs',
  'trainers',
  'threads',
  'children',
  'hours',
  'multiplyAdds',
  'set',
  'queue',
  'ca',
  'shared',
  'json',
]);

/** Adds `--set`, which may be repeated. */
export function addSettings(command: Command): Command {
  return command.addOption(
    new Option('-s, --set <option=value>', 'one option, such as recipe.epochs=8 (may be repeated)')
      .default([], 'none')
      .argParser(collect),
  );
}

export function addSearchOptions(command: Command): Command {
  return addSettings(
    command
      .addOption(presetOption('configuration to start from'))
      .option(
        '-d, --data <path>',
        'folder, archive or file with the images or the text (default: the sample for demos)',
      )
      .option('-c, --config <file>', 'configuration (JSON), whole or in part over the preset'),
  )
    .option('--name <text>', 'name of the run')
    .option('--runs <folder>', 'where runs are kept (default: CELLSMITH_RUNS or the data folder of the user)')
    .option('--trainers <n>', 'children that train in parallel', positiveInteger)
    .option('--threads <n>', 'threads per trainer', positiveInteger)
    .option('--children <n>', 'stop after this number of children', positiveInteger)
    .option('--hours <h>', 'stop after this time in hours', positiveNumber)
    .option(
      '--multiply-adds <n>',
      'stop after this number of training multiply-adds, such as 2e14',
      positiveNumber,
    )
    .option('--seed <n>', 'seed of the search', wholeNumber)
    .addOption(new Option('--strategy <name>', 'search strategy').choices(strategyIds))
    .addOption(new Option('--level <unit>', 'token level of a text').choices(['word', 'character']))
    .option('--vocabulary <n>', 'maximum vocabulary size', positiveInteger)
    .option(
      '--queue <url>',
      'train on the workers of a queue: redis://host or rediss://host (none: train on this machine)',
    )
    .option('--ca <file>', 'certificate of the authority of a rediss:// queue (default: CELLSMITH_QUEUE_CA)')
    .option('--shared <folder>', 'folder shared with the workers (default: CELLSMITH_SHARED)')
    .option('--skip-unreadable', 'skip images that cannot be decoded', false)
    .option('--resume <run>', 'resume a run: its name, a prefix of its name, or its folder')
    .option('--estimate', 'estimate time and memory on this machine, without searching', false)
    .option('--measure-again', 'with --estimate: repeat earlier measurements', false)
    .option('--json', 'write each event as a line of JSON', false);
}

/**
 * The configuration of the options: the preset (demo by default), then the file, --strategy, --set, and the named options, each
 * overriding those before.
 * @throws CellsmithError 'config.invalid'
 */
export function configOf(options: SearchOptions): SearchConfig {
  const file = options.config === undefined ? {} : readConfigFile(options.config);
  const { strategy } = options;
  const preset = configOfFile(file, options.preset);
  // Before --set, which may set options of the strategy.
  const base = strategy === undefined ? preset : mergeOverrides(preset, { controller: { strategy } });
  const set = mergeOverrides(base, parseSettings(options.set));
  return mergeOverrides(set, namedOverrides(set, options));
}

function namedOverrides(base: SearchConfig, options: SearchOptions): Overrides {
  const { name, seed, level, vocabulary } = options;
  const text = {
    ...(level !== undefined && { level }),
    ...(vocabulary !== undefined && { vocabularyLimit: vocabulary }),
  };
  if (!('level' in base.recipe) && Object.keys(text).length > 0)
    throw new CellsmithError(
      'config.invalid',
      `--level and --vocabulary are for searches on text, and the preset ${base.preset} searches on images.`,
    );
  return {
    ...(name !== undefined && { name }),
    ...(seed !== undefined && { seed }),
    ...(Object.keys(text).length > 0 && { recipe: text }),
    ...changesOf(base, options),
  };
}

/**
 * The changes of a resumed run.
 * @throws CellsmithError 'config.invalid' naming an option that it cannot change
 */
export function resumeChanges(
  config: SearchConfig,
  options: SearchOptions,
): Pick<SearchConfig, 'budget' | 'trainers'> {
  const set = changesOnResume(config, parseSettings(options.set));
  return changesOnResume({ ...config, ...set }, changesOf(set, options));
}

/** The named options that a resumed run accepts too. */
function changesOf(
  base: Pick<SearchConfig, 'budget' | 'trainers'>,
  options: SearchOptions,
): Pick<SearchConfig, 'budget' | 'trainers'> {
  const { children, hours, multiplyAdds, trainers, threads, queue } = options;
  return {
    budget: {
      ...base.budget,
      ...(children !== undefined && { children }),
      ...(hours !== undefined && { hours }),
      ...(multiplyAdds !== undefined && { multiplyAdds }),
    },
    trainers: {
      ...base.trainers,
      ...(trainers !== undefined && { count: trainers }),
      ...(threads !== undefined && { threads }),
      ...(queue !== undefined && { queue: queue === noQueue ? null : parseQueueUrl(queue).shown }),
    },
  };
}

/**
 * The queue whose workers train, with its password; null when children train on this machine.
 * @throws CellsmithError 'config.invalid'
 */
export function queueOf(
  { environment }: Pick<Terminal, 'environment'>,
  { trainers }: Pick<SearchConfig, 'trainers'>,
  { queue, ca, shared }: Pick<SearchOptions, 'queue' | 'ca' | 'shared'>,
): QueueTarget | null {
  if (trainers.queue === null) return null;
  return {
    address: queueAddressOf(queue ?? trainers.queue, environment, { caFile: ca }),
    shared: shared ?? valueOf(environment, sharedVariable) ?? null,
  };
}

/** @throws CellsmithError 'config.invalid' naming an option that a resumed run cannot take */
export function requireResumable(command: Command): void {
  for (const name of Object.keys(command.opts()))
    if (!resumable.has(name) && command.getOptionValueSource(name) === 'cli')
      throw new CellsmithError(
        'config.invalid',
        `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} cannot be changed when a run is resumed: start a new run instead.`,
      );
}

/**
 * The data set to search on: the given one, or the sample for the demos.
 * @throws CellsmithError 'config.invalid' where one must be given, 'data.not-found' when the sample is missing
 */
export function dataOf(terminal: Terminal, options: SearchOptions, config: SearchConfig): string {
  if (options.data !== undefined) return resolve(options.data);
  const sample = samples[config.preset];
  if (sample === undefined)
    throw new CellsmithError(
      'config.invalid',
      `The preset ${config.preset} needs a data set: name its folder or archive with --data.`,
    );
  return samplePath(terminal, sample);
}

/** The bundled data sets, by preset. */
const samples: Readonly<Record<string, string>> = {
  demo: 'cifar10-sample.tar.gz',
  'demo-cells': 'tinyshakespeare.txt',
};

function samplePath(terminal: Terminal, sample: string): string {
  const path = join(installationRoot(terminal), 'assets', sample);
  if (existsSync(path)) return path;
  throw new CellsmithError(
    'data.not-found',
    `The sample ${path} is missing: reinstall Cellsmith, or name a data set with --data.`,
  );
}

function readConfigFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CellsmithError('config.invalid', `${path} cannot be read.`, { cause: error });
  }
  return parseConfigFile(text, path);
}

/** `--preset`; an unknown preset is rejected with the most similar name. */
export function presetOption(description: string): Option {
  return new Option('-p, --preset <name>', `${description} (${presetNames.join(', ')})`).argParser(
    presetName,
  );
}

/** @throws InvalidArgumentError for an unknown preset */
export function presetName(name: string): string {
  try {
    findPreset(name);
    return name;
  } catch (error) {
    throw new InvalidArgumentError(errorMessage(error));
  }
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

export function positiveInteger(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return value;
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

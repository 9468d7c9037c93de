import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import {
  largestArchitectureFile,
  parseArchitectureFile,
} from '../../../src-shared/architecture-file/architecture-file';
import { type Overrides, parseSettings } from '../../../src-shared/config/options/overrides';
import type { PresetName } from '../../../src-shared/config/presets';
import { CellsmithError } from '../../../src-shared/errors';
import { zooNetworkNames, type ZooNetworkName } from '../../../src-shared/zoo/zoo';
import { readyModelNames, type ReadyModelName } from '../../../src-shared/zoo/ready-models';
import {
  givenConfig,
  recipeOf,
  subjectOfFile,
  subjectOfReady,
  subjectOfZoo,
  withPreset,
  type GivenSubject,
  type Subject,
} from '../../../src-shared/given/subject';
import { childOfRun, type ChildOfRun } from '../../runs/child-of-run';
import { findRunFolder } from '../../runs/locations';
import type { SearchOrder } from '../../search/prepare-search';
import { addSettings, positiveInteger, presetOption, wholeNumber } from '../search/search-options';
import { runsFolder, type Terminal } from '../terminal';

/** The seed of a training without --seed. */
const defaultSeed = 1;

/** The options of `cellsmith train`. */
export interface TrainOptions {
  readonly cell?: ReadyModelName;
  readonly network?: ZooNetworkName;
  readonly preset?: PresetName;
  readonly data?: string;
  readonly set: readonly string[];
  readonly vary: readonly string[];
  readonly level?: 'word' | 'character';
  readonly vocabulary?: number;
  readonly seed: number;
  readonly threads?: number;
  readonly output?: string;
  readonly runs?: string;
  readonly skipUnreadable: boolean;
  readonly test: boolean;
  readonly resume?: string;
  readonly json: boolean;
}

export function addTrainOptions(command: Command): Command {
  return addSettings(
    command
      .addOption(
        new Option('--cell <name>', 'a published language model, with its recipe')
          .choices(readyModelNames)
          .conflicts('network'),
      )
      .addOption(
        new Option('--network <name>', 'a published network on images, with its recipe').choices(
          zooNetworkNames,
        ),
      )
      .option(
        '-d, --data <path>',
        'folder, archive or file with the images or the text (default: that of the run)',
      )
      .addOption(presetOption('use the recipe of a preset instead')),
  )
    .addOption(
      new Option(
        '--vary <option=values>',
        'train once for each of these values, such as recipe.learningRate=0.1,0.05 (may be repeated)',
      )
        .default([], 'none')
        .argParser((value: string, before: readonly string[]) => [...before, value]),
    )
    .addOption(new Option('--level <unit>', 'token level of a text').choices(['word', 'character']))
    .option('--vocabulary <n>', 'maximum vocabulary size of a text', positiveInteger)
    .option('--seed <n>', 'seed of weights, order and dropout', wholeNumber, defaultSeed)
    .option('--threads <n>', 'threads of the trainer', positiveInteger)
    .option('-o, --output <folder>', 'a new folder for the run (default: one among the runs)')
    .option('--runs <folder>', 'where runs are kept (default: CELLSMITH_RUNS or the data folder of the user)')
    .option('--skip-unreadable', 'skip images that cannot be decoded', false)
    .option('--test', 'evaluate once on the test split at the end', false)
    .option(
      '--resume <run>',
      'resume a training, or evaluate it: the name of its run, a prefix of it, or its folder',
    )
    .option('--json', 'write each event as a line of JSON', false);
}

/**
 * The run of the options: each named architecture with each recipe.
 * @param named architecture files, or a run and numbers of its children; nothing with --cell or --network
 * @throws CellsmithError config.invalid, architecture.invalid, run.*
 */
export function orderOf(terminal: Terminal, named: readonly string[], options: TrainOptions): SearchOrder {
  const [first, ...others] = sourcesOf(terminal, named, options);
  const children = variantsOf(options.vary).flatMap((variant) =>
    [first, ...others].map(({ subject: own }) => {
      const subject = options.preset === undefined ? own : withPreset(own, options.preset);
      const settings = [...options.set, ...variant];
      const recipe = recipeOf(subject, overridesOf(subject, { ...options, set: settings }));
      // 'resnet-20 learningRate=0.1'
      const name = [own.name, ...variant.map((setting) => setting.replace(/^recipe\./, ''))].join(' ');
      return { subject: { ...subject, name }, recipe };
    }),
  ) as [GivenSubject, ...GivenSubject[]];
  const data = options.data === undefined ? first.location : resolve(options.data);
  if (data === undefined)
    throw new CellsmithError(
      'config.invalid',
      `${first.subject.name} needs a data set: name its folder or archive with --data.`,
    );
  const { seed, threads = null, output } = options;
  return {
    kind: 'new',
    config: givenConfig(children, { seed, threads }),
    data,
    skipUnreadable: options.skipUnreadable || first.skipUnreadable === true,
    place: output === undefined ? { within: runsFolder(terminal, options) } : { folder: resolve(output) },
  };
}

/** Settings for each combination of the values: 'recipe.learningRate=0.1,0.05' are two; nothing varied is one without any. */
function variantsOf(vary: readonly string[]): readonly (readonly string[])[] {
  return vary.reduce<readonly (readonly string[])[]>(
    (variants, text) => {
      const [path = '', values = ''] = text.split(/=(.*)/s);
      return variants.flatMap((variant) =>
        values.split(',').map((value) => [...variant, `${path}=${value}`]),
      );
    },
    [[]],
  );
}

/** Options allowed when resuming; all others would change what was already trained. */
const resumable = new Set(['resume', 'data', 'runs', 'threads', 'test', 'json']);

/** @throws config.invalid naming an option that a resumed training cannot take */
export function requireResumable(command: Command, named: readonly string[], resume: string): void {
  const [first] = named;
  if (first !== undefined)
    throw new CellsmithError('config.invalid', `Train either ${first} or resume ${resume}, not both.`);
  for (const name of Object.keys(command.opts()))
    if (!resumable.has(name) && command.getOptionValueSource(name) === 'cli')
      throw new CellsmithError(
        'config.invalid',
        `--${name} cannot be changed when a training is resumed: start a new training instead.`,
      );
}

type Source = Pick<ChildOfRun, 'subject'> & Partial<ChildOfRun>;

function sourcesOf(
  terminal: Terminal,
  named: readonly string[],
  options: TrainOptions,
): readonly [Source, ...Source[]] {
  const [first, second] = named;
  const { cell, network } = options;
  const published = cell ?? network;
  if (published !== undefined && first !== undefined)
    throw new CellsmithError(
      'config.invalid',
      `Train either ${first} or the published ${published}, not both.`,
    );
  if (cell !== undefined) return [{ subject: subjectOfReady(cell) }];
  if (network !== undefined) return [{ subject: subjectOfZoo(network) }];
  if (first === undefined)
    throw new CellsmithError(
      'config.invalid',
      'Name what to train: an architecture file, a run and the number of a child, or a published model with --cell or --network.',
    );
  const areFiles = second === undefined || statSync(first, { throwIfNoEntry: false })?.isFile() === true;
  const sourceOf = (name: string): Source => {
    if (areFiles) return { subject: subjectOfFile(readArchitectureFile(name), basename(name, '.json')) };
    if (/^[1-9]\d*$/.test(name))
      return childOfRun(findRunFolder(first, runsFolder(terminal, options)), Number(name));
    throw new CellsmithError(
      'config.invalid',
      `'${name}' is not a child number: use, for example, train RUN 12.`,
    );
  };
  const [one = first, ...others] = areFiles ? named : named.slice(1);
  return [sourceOf(one), ...others.map(sourceOf)];
}

function readArchitectureFile(path: string): ReturnType<typeof parseArchitectureFile> {
  let text: string;
  try {
    if (statSync(path).size > largestArchitectureFile) throw new RangeError('it is too large');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CellsmithError(
      'architecture.invalid',
      `${path} cannot be read as an architecture file: specify one, or a run and a child number.`,
      { cause: error },
    );
  }
  return parseArchitectureFile(text, path);
}

function overridesOf({ base }: Subject, { set, level, vocabulary }: TrainOptions): Overrides {
  const settings = parseSettings(set);
  if (level === undefined && vocabulary === undefined) return settings;
  if (!('level' in base.recipe))
    throw new CellsmithError(
      'config.invalid',
      '--level and --vocabulary are for language models, and this is a network for images.',
    );
  const { recipe } = settings;
  return {
    ...settings,
    recipe: {
      ...(typeof recipe === 'object' ? recipe : {}),
      ...(level !== undefined && { level }),
      ...(vocabulary !== undefined && { vocabularyLimit: vocabulary }),
    },
  };
}

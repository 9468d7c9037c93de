import { z } from 'zod';
import {
  type ArchitectureFile,
  architectureOfTrial,
  type RunOfTrial,
} from '../architecture-file/architecture-file';
import { cellPresets } from '../config/cell-presets';
import { mergeOverrides, type Overrides } from '../config/options/overrides';
import { parseConfig } from '../config/parse-config';
import { findPreset, presets, type PresetName } from '../config/presets';
import { noEarlyStopping } from '../early-stopping';
import { dataKinds, type Recipe } from '../tasks/data-kinds';
import type { GivenChild } from '../tasks/given';
import { givenChild, recipeOfChild, taskOfSpace } from '../tasks/searched';
import type { GivenConfig, SearchConfig } from '../config/search-config';
import { CellsmithError } from '../errors';
import type { ConvArchitecture } from '../architecture/conv/conv-architecture';
import type { LanguageCell } from '../architecture/cell/language-model';
import type { Trial } from '../run/trial';
import { zooNetworks, type ZooNetworkName } from '../zoo/zoo';
import { readyModels, type ReadyModelName } from '../zoo/ready-models';

/** An architecture to train, and where its recipe starts from. */
export interface Subject {
  /** A word or two for its run: 'lstm-medium', 'demo-cells-12'. */
  readonly name: string;
  readonly architecture: ConvArchitecture | LanguageCell;
  /** A configuration of the kind of the architecture; what is asked for besides goes over its recipe. */
  readonly base: SearchConfig;
  readonly origin: ArchitectureFile['origin'];
}

/** A child of a run, with the recipe of its search. */
export function subjectOfTrial(run: RunOfTrial, trial: Trial): Subject {
  const { architecture, origin } = architectureOfTrial(run, trial);
  const { config } = run;
  const given = givenChild(config.space, trial.decisions);
  // Of a list, only the child itself: the recipe that is made of this need not suit the others.
  const space =
    config.space.kind === 'given' && given !== undefined
      ? { ...config.space, children: [{ ...given, recipe: {} }] }
      : config.space;
  // The recipe of a child fits the kind of its search.
  const base = { ...config, space, recipe: recipeOfChild(config, trial.decisions) } as SearchConfig;
  return { name: given?.name ?? `${config.preset}-${trial.number}`, architecture, base, origin };
}

/** The recipe of the paper for a model of a file, at its size, in a configuration of its kind. */
const basesOfFiles: {
  readonly [Kind in ArchitectureFile['kind']]: (
    file: Extract<ArchitectureFile, { readonly kind: Kind }>,
  ) => SearchConfig;
} = {
  conv: ({ task: { height } }) => {
    const { config } = presets.v1;
    return { ...config, recipe: { ...config.recipe, side: height } };
  },
  cell: ({ task: { level, layers, hidden, sharedEmbeddings } }) => {
    const { config } = cellPresets['ptb-base8'];
    const size = { kind: 'hidden', hidden } as const;
    return { ...config, recipe: { ...config.recipe, level, layers, size, sharedEmbeddings } };
  },
};

/** What an architecture file holds, at the size that it says, with a recipe of the paper. */
export function subjectOfFile(file: ArchitectureFile, name: string): Subject {
  const { origin, architecture, kind } = file;
  const baseOf = basesOfFiles[kind] as (of: ArchitectureFile) => SearchConfig;
  return { name, architecture, base: baseOf(file), origin };
}

/** A ready model, with its published recipe. */
export function subjectOfReady(name: ReadyModelName): Subject {
  const { cell, recipe } = readyModels[name];
  return {
    name,
    architecture: cell,
    base: { ...cellPresets['ptb-base8'].config, recipe },
    origin: null,
  };
}

/** A published network, with its recipe. */
export function subjectOfZoo(name: ZooNetworkName): Subject {
  const { architecture, recipe } = zooNetworks[name];
  return { name, architecture, base: { ...presets.v1.config, recipe }, origin: null };
}

/** The same architecture with the recipe of a preset. @throws config.invalid when that is for the other kind of data */
export function withPreset(subject: Subject, preset: PresetName): Subject {
  const { config } = findPreset(preset);
  if (config.recipe.kind === subject.base.recipe.kind) return { ...subject, base: config };
  const purposeOf = ({ recipe }: SearchConfig): string => dataKinds.of(recipe.kind).purpose;
  throw new CellsmithError(
    'config.invalid',
    `The preset ${preset} is for ${purposeOf(config)}, this architecture for ${purposeOf(subject.base)}: name another preset.`,
  );
}

/**
 * The recipe by which a subject is trained: that of its base, without what holds for the children of a search only.
 * @param overrides groups of options; of `recipe` alone, since nothing else of a search plays a part
 * @throws config.invalid naming each option that is wrong
 */
export function recipeOf({ base }: Subject, overrides: Overrides): Recipe {
  const [foreign] = Object.keys(overrides).filter((group) => group !== 'recipe');
  if (foreign !== undefined)
    throw new CellsmithError(
      'config.invalid',
      `Options of ${foreign} are those of a search: one architecture is trained by its recipe alone.`,
    );
  const given = z.record(z.string(), z.unknown()).catch({}).parse(overrides['recipe']);
  const alone = dataKinds.of(base.recipe.kind).alone(base.recipe, given);
  return mergeOverrides(mergeOverrides(base, { recipe: alone }), overrides).recipe;
}

/** A subject with the recipe that it is trained by. */
export interface GivenSubject {
  readonly subject: Subject;
  /** Of {@link recipeOf}. */
  readonly recipe: Recipe;
}

/**
 * The configuration of a run that trains given architectures in their order, and keeps the weights of all. What it needs of the machine is
 * that of the first one's configuration, on one trainer of this machine.
 * @param threads of the trainer; null for all cores
 */
export function givenConfig(
  [first, ...others]: readonly [GivenSubject, ...GivenSubject[]],
  { seed, threads }: { readonly seed: number; readonly threads: number | null },
): GivenConfig {
  const { base } = first.subject;
  const several = others.length === 0 ? '' : ` and ${others.length} more`;
  const name = `${first.subject.name.slice(0, 100)}${several}`;
  const task = taskOfSpace(base.space);
  const children = [first, ...others].map(({ subject, recipe }): GivenChild => {
    const { origin } = subject;
    return {
      name: subject.name.slice(0, 200),
      architecture: subject.architecture,
      recipe: Object.fromEntries(
        Object.entries(recipe).filter(
          ([option, value]) => JSON.stringify(value) !== JSON.stringify(valueOf(first.recipe, option)),
        ),
      ),
      origin: origin && { run: { id: origin.run.id, name: origin.run.name }, trial: origin.trial },
    };
  });
  const config: GivenConfig = {
    ...base,
    name,
    preset: first.subject.name.slice(0, 100),
    seed,
    space: { kind: 'given', task: task.kind as GivenConfig['space']['task'], children },
    controller: { strategy: 'fixed', architectures: [] },
    recipe: first.recipe,
    budget: { children: children.length, hours: null, multiplyAdds: null },
    trainers: { ...base.trainers, count: 1, threads, queue: null, checkpointEpochs: 1 },
    earlyStopping: noEarlyStopping,
    duplicates: 'retrain',
    keepBest: children.length,
  };
  return parseConfig(config) as GivenConfig;
}

function valueOf(recipe: Recipe, option: string): unknown {
  return (recipe as Readonly<Record<string, unknown>>)[option];
}

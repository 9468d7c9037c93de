import { optionsOf, type Option } from '../../src-shared/config/options/options';
import { checkConfig } from '../../src-shared/config/parse-config';
import { presetNames, presets, type PresetName } from '../../src-shared/config/presets';
import type { SearchConfig } from '../../src-shared/config/search-config';
import { givenConfig, recipeOf, withPreset, type Subject } from '../../src-shared/given/subject';
import type { Recipe } from '../../src-shared/tasks/data-kinds';
import { edited, problemsByOption, type Edits } from '../stores/draft';

/** Options that are always shown, in this order; the others of the recipe are folded away. */
const usual: readonly string[] = ['recipe.epochs', 'seed', 'trainers.threads'];

/** What trains an architecture when nothing is changed: the recipe of where it comes from, or that of a preset. */
export function initialConfig(subject: Subject, preset: PresetName | null): SearchConfig {
  const based = preset === null ? subject : withPreset(subject, preset);
  return givenConfig([{ subject: based, recipe: recipeOf(based, {}) }], { seed: 1, threads: null });
}

/** Presets whose recipe is for the same kind of data. */
export function presetsFor(kind: Recipe['kind']): readonly PresetName[] {
  return presetNames.filter((name) => presets[name].config.recipe.kind === kind);
}

/** The options of a training that people can set, and what is wrong with them. */
export interface TrainCheck {
  readonly usual: readonly Option[];
  readonly recipe: readonly Option[];
  /** Null while something is wrong. */
  readonly config: SearchConfig | null;
  /** By the path of the option, '' for what belongs to none. */
  readonly problems: ReadonlyMap<string, string>;
}

export function checkTraining(initial: SearchConfig, edits: Edits): TrainCheck {
  const values = edited(initial, edits);
  const { config, problems } = checkConfig(values);
  const settable = optionsOf(values).filter(({ isFixed, value }) => !isFixed && value !== undefined);
  const shown = {
    usual: usual.flatMap((path) => settable.find((option) => option.path === path) ?? []),
    recipe: settable.filter(({ path }) => path.startsWith('recipe.') && !usual.includes(path)),
  };
  const paths = new Set([...shown.usual, ...shown.recipe].map(({ path }) => path));
  return { ...shown, config, problems: problemsByOption(problems, paths) };
}

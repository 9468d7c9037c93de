import { optionAt } from '../../src-shared/config/options/options';
import { overridesAt } from '../../src-shared/config/options/overrides';
import { valueOfText } from '../../src-shared/config/options/values';
import { InvalidConfig } from '../../src-shared/config/parse-config';
import { presetNames, presets, type PresetName } from '../../src-shared/config/presets/presets';
import type { Recipe } from '../../src-shared/tasks/data-kinds';
import { errorMessage } from '../../src-shared/errors';
import { recipeOf, withPreset, type Subject } from '../../src-shared/given/subject';
import { problemsByOption } from '../stores/draft';

const epochsPath = 'recipe.epochs';

/** What the fields of the dialog hold. */
export interface TrainDraft {
  /** null for the recipe of the search. */
  readonly preset: PresetName | null;
  readonly epochs: string;
  readonly threads: string;
}

/** What a draft comes to. */
export interface TrainCheck {
  readonly chosen: { readonly epochs: number; readonly threads: number | null } | null;
  readonly problems: { readonly epochs: string | null; readonly threads: string | null };
  /** What belongs to no field; null when nothing does. */
  readonly other: string | null;
}

/** Presets whose recipe is for the same kind of data. */
export function presetsFor(kind: Recipe['kind']): readonly PresetName[] {
  return presetNames.filter((name) => presets[name].config.recipe.kind === kind);
}

/** Epochs of the recipe, as the field has them to begin with. */
export function usualEpochs(subject: Subject, preset: PresetName | null): string {
  return String(recipeOf(based(subject, preset), {}).epochs);
}

/** Checks the fields as the terminal's options are. */
export function checkTraining(subject: Subject, { preset, epochs, threads }: TrainDraft): TrainCheck {
  const threadsProblem = /^([1-9]\d{0,2}|1000)?$/.test(threads.trim())
    ? null
    : 'Must be a whole number from 1 to 1000, or empty.';
  let found: ReadonlyMap<string, string> = new Map();
  let wanted: number | null = null;
  try {
    const value = valueOfText(optionAt(epochsPath), epochs);
    wanted = recipeOf(based(subject, preset), overridesAt([[epochsPath, value]])).epochs;
  } catch (error) {
    found =
      error instanceof InvalidConfig
        ? problemsByOption(error.problems, new Set([epochsPath]))
        : new Map([['', errorMessage(error)]]);
  }
  const epochsProblem = found.get(epochsPath) ?? null;
  return {
    chosen:
      wanted === null || threadsProblem !== null
        ? null
        : { epochs: wanted, threads: threads.trim() === '' ? null : Number(threads) },
    problems: { epochs: epochsProblem, threads: threadsProblem },
    other: epochsProblem === null && wanted === null ? [...found.values()].join(' ') : null,
  };
}

function based(subject: Subject, preset: PresetName | null): Subject {
  return preset === null ? subject : withPreset(subject, preset);
}

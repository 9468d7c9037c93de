import { CellsmithError, errorMessage } from '../../errors';
import { parseConfig, similarOption } from '../parse-config';
import type { SearchConfig } from '../search-config';
import { optionRegistry } from '../../option';
import { optionUnions, allOptions } from './options';
import { findPreset } from '../presets';
import { type Group, isGroup, nested, valueAt, valueOfText } from './values';

/** Part of a configuration: groups of options that replace those of a preset one by one. */
export type Overrides = Group;

/**
 * A preset with some options replaced, checked.
 * @throws {InvalidConfig} naming each option that is wrong
 */
export function mergeOverrides(preset: SearchConfig, overrides: unknown): SearchConfig {
  if (!isGroup(overrides))
    throw new CellsmithError(
      'config.invalid',
      'Options that replace those of a preset come as a group: {"recipe": {"epochs": 3}}.',
    );
  return parseConfig(mergeOptions({ ...preset }, overrides));
}

/** Options by their dotted paths as groups; the last of one path counts. */
export function overridesAt(options: Iterable<readonly [path: string, value: unknown]>): Overrides {
  return [...options]
    .map(([path, value]) => nested(path, value))
    .reduce((all, each) => merged(all, each, (group) => group), {});
}

/**
 * A configuration with some options replaced, not checked. Lists are replaced as a whole. A group that becomes of another kind (pooling
 * 'fixed' in place of 'none') keeps the options that the new kind has too; others of the new kind get their initial values.
 */
export function mergeOptions(base: Group, overrides: Overrides): Group {
  const number = (path: string): number => Number(valueAt(overrides, path) ?? valueAt(base, path));
  const unions = optionUnions(base);
  return merged(base, overrides, (group, changes, path) => {
    const union = unions.get(path);
    if (union === undefined || !Object.hasOwn(changes, union.discriminator)) return group;
    const kind = changes[union.discriminator];
    if (kind === group[union.discriminator]) return group;
    const shape = union.kinds.find(({ values }) => values.has(kind))?.shape ?? {};
    return Object.fromEntries(
      Object.entries(shape).flatMap(([key, schema]) => {
        if (Object.hasOwn(group, key)) return [[key, group[key]]];
        const value = optionRegistry.get(schema)?.initial?.(number);
        return value === undefined ? [] : [[key, value]];
      }),
    );
  });
}

/** @param kept what is left of the group at a path under what changes in it */
function merged(
  base: Group,
  changes: Group,
  kept: (group: Group, changes: Group, path: string) => Group,
  path = '',
): Group {
  const left = kept(base, changes, path);
  const entries = Object.entries(changes).map(([key, value]): [string, unknown] => {
    const old = Object.hasOwn(left, key) ? left[key] : undefined;
    const inner = path === '' ? key : `${path}.${key}`;
    return [key, isGroup(value) && isGroup(old) ? merged(old, value, kept, inner) : value];
  });
  return Object.fromEntries([...Object.entries(left), ...entries]);
}

/**
 * The overrides that settings of the command line mean, such as `recipe.epochs=3`, `space.filters=24,36` or `recipe.timeLimit=null`.
 * @throws {CellsmithError} 'config.invalid' for a setting of another form and for options that do not exist
 */
export function parseSettings(settings: readonly string[]): Overrides {
  return overridesAt(settings.map(parseSetting));
}

function parseSetting(setting: string): readonly [path: string, value: unknown] {
  const [, path = '', text = ''] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (path === '')
    throw new CellsmithError(
      'config.invalid',
      `'${setting}' sets nothing: write option=value, such as recipe.epochs=3.`,
    );
  const option = allOptions().get(path.trim());
  if (!option) {
    const similar = similarOption(path.trim());
    const hint = similar === undefined ? '' : ` Did you mean ${similar}?`;
    throw new CellsmithError('config.invalid', `There is no option '${path.trim()}'.${hint}`);
  }
  return [option.path, valueOfText(option, withoutJson(text.trim(), option.isList))];
}

/** A value as JSON writes it, without the signs that `--set` does not need: the brackets of a list, the quotes of a text. */
function withoutJson(text: string, isList: boolean): string {
  if (isList)
    return text
      .replace(/^\[(.*)\]$/s, '$1')
      .split(',')
      .map((item) => withoutJson(item.trim(), false))
      .join();
  try {
    const value: unknown = text.startsWith('"') ? JSON.parse(text) : text;
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** Larger files are no configurations; bytes. */
export const largestConfigFile = 1024 * 1024;

/** The options that a file holds: a whole configuration, or those that differ from a preset. */
export type ConfigFile = Readonly<Record<string, unknown>>;

/**
 * @param text of the file
 * @param shown its path, for messages
 * @throws CellsmithError 'config.invalid'
 */
export function parseConfigFile(text: string, shown: string): ConfigFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CellsmithError('config.invalid', `${shown} is not JSON: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
  if (isGroup(json)) return json;
  throw new CellsmithError(
    'config.invalid',
    `${shown} must hold a group of options: {"recipe": {"epochs": 3}}.`,
  );
}

/**
 * The configuration that a file means: a whole one as it is; one in part over the preset.
 * @param preset in place of the one that the file names; the demo where neither names one
 * @throws CellsmithError 'config.invalid'
 */
export function configOfFile(file: ConfigFile, preset?: string): SearchConfig {
  if ('version' in file) return parseConfig(file);
  const named = preset ?? (typeof file['preset'] === 'string' ? file['preset'] : 'demo');
  return mergeOverrides(findPreset(named).config, file);
}

/** Whether a text is that of a configuration rather than of anything else that is JSON. */
export function looksLikeConfig(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    return (
      isGroup(json) &&
      ['space', 'controller', 'recipe', 'budget', 'preset'].some((group) => group in json) &&
      !('architecture' in json)
    );
  } catch {
    return false;
  }
}

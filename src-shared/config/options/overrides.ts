import { CellsmithError } from '../../errors';
import { optionValues } from './option-values';
import { parseConfig, similarOption } from '../parse-config';
import type { SearchConfig } from '../search-config';

/** Part of a configuration: groups of options that replace those of a preset one by one. */
export type Overrides = Readonly<Record<string, unknown>>;

/**
 * A preset with some options replaced. Lists are replaced as a whole; so is a group of another `kind`
 * (pooling 'fixed' in place of 'none'), whose options must then all be given.
 * @throws {CellsmithError} 'config.invalid' naming each option that is wrong
 */
export function mergeOverrides(preset: SearchConfig, overrides: unknown): SearchConfig {
  if (!isGroup(overrides))
    throw new CellsmithError(
      'config.invalid',
      'Options that replace those of a preset come as a group: {"recipe": {"epochs": 3}}.',
    );
  return parseConfig(merged({ ...preset }, overrides));
}

/**
 * The overrides that settings like `recipe.epochs=3`, `space.filters=24,36` or `recipe.timeLimit=null` mean.
 * @throws {CellsmithError} 'config.invalid' for a setting of another form and for options that do not exist
 */
export function parseSettings(settings: readonly string[]): Overrides {
  return settings.map(parseSetting).reduce(merged, {});
}

function parseSetting(setting: string): Overrides {
  const [, path = '', text = ''] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (path === '')
    throw new CellsmithError(
      'config.invalid',
      `'${setting}' sets nothing: write option=value, such as recipe.epochs=3.`,
    );
  const values = optionValues().get(path.trim());
  if (!values) {
    const similar = similarOption(path.trim());
    const hint = similar === undefined ? '' : ` Did you mean ${similar}?`;
    throw new CellsmithError('config.invalid', `There is no option '${path.trim()}'.${hint}`);
  }
  const value = values.isList ? parseList(text.trim()) : parseScalar(text.trim());
  return path
    .trim()
    .split('.')
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Overrides;
}

/** `24,36`, `[24, 36]`, or nothing for the empty list. */
function parseList(text: string): unknown[] {
  const inner = text.replace(/^\[(.*)\]$/s, '$1').trim();
  return inner === '' ? [] : inner.split(',').map((item) => parseScalar(item.trim()));
}

/** JSON where it is some; else the text itself, so that words need no quotes. */
function parseScalar(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function merged(base: Overrides, overrides: Overrides): Overrides {
  // A switch of kind makes another group: what the old one held means nothing in it.
  const kept = 'kind' in overrides && 'kind' in base && overrides['kind'] !== base['kind'] ? {} : base;
  const entries = Object.entries(overrides).map(([key, value]): [string, unknown] => {
    const old = Object.hasOwn(kept, key) ? kept[key] : undefined;
    return [key, isGroup(value) && isGroup(old) ? merged(old, value) : value];
  });
  return Object.fromEntries([...Object.entries(kept), ...entries]);
}

function isGroup(value: unknown): value is Overrides {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

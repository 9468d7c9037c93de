import { CellsmithError } from '../../errors';
import { parseConfig } from '../parse-config';
import type { SearchConfig } from '../search-config';
import { optionRegistry } from '../../option';
import { optionUnions } from './options';
import { isGroup, nested, valueAt, type Group } from './paths';

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

import { CellsmithError } from '../../errors';
import { parseConfig, similarOption } from '../parse-config';
import type { SearchConfig } from '../search-config';
import { optionRegistry } from '../../option';
import { optionUnions, allOptions } from './options';

import { z } from 'zod';

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

/** Options by their names, and groups of them. */
export type Group = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a group, or what may be none, has at a dotted path; undefined for nothing. */
export function valueAt(group: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (isGroup(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
      group,
    );
}

/** A value at a dotted path, alone in its groups: {recipe: {epochs: 3}}. */
function nested(path: string, value: unknown): Group {
  const [key = '', ...rest] = path.split('.');
  return { [key]: rest.length === 0 ? value : nested(rest.join('.'), value) };
}

export type Scalar = string | number | boolean | null;

/** What the values of an option look like: enough to choose a form field for them, and to read them from a text. */
export interface ValueForms {
  readonly isList: boolean;
  /** Of the values of a list where it is one. */
  readonly numbers: boolean;
  readonly texts: boolean;
  /** Single values that are allowed, such as the words of an enum, true and false, or null. */
  readonly values: readonly Scalar[];
}

/** @throws TypeError for a schema that is none of a single option */
export function valueForms(schemas: readonly z.core.$ZodType[]): ValueForms {
  const forms = schemas.map(formsOf);
  return {
    isList: forms.some(({ isList }) => isList),
    numbers: forms.some(({ numbers }) => numbers),
    texts: forms.some(({ texts }) => texts),
    values: [...new Set(forms.flatMap(({ values }) => values))],
  };
}

const none: ValueForms = { isList: false, numbers: false, texts: false, values: [] };

function formsOf(schema: z.core.$ZodType): ValueForms {
  if (schema instanceof z.ZodNullable) return valueForms([schema.unwrap(), z.null()]);
  if (schema instanceof z.ZodUnion) return valueForms(schema.options);
  if (schema instanceof z.ZodArray) return { ...formsOf(schema.element), isList: true };
  if (schema instanceof z.ZodEnum) return { ...none, values: schema.options };
  if (schema instanceof z.ZodLiteral) return { ...none, values: [...schema.values].map(scalar) };
  if (schema instanceof z.ZodBoolean) return { ...none, values: [true, false] };
  if (schema instanceof z.ZodNull) return { ...none, values: [null] };
  if (schema instanceof z.ZodNumber) return { ...none, numbers: true };
  if (schema instanceof z.ZodString) return { ...none, texts: true };
  throw new TypeError(`An option cannot be a ${schema._zod.def.type}: valueForms has no form for it.`);
}

function scalar(value: z.core.util.Literal): Scalar {
  if (typeof value === 'bigint' || value === undefined) throw new TypeError('An option is a value of JSON.');
  return value;
}

/** A value as people write it: '24, 36', 'null' for no value, nothing for an empty list. {@link valueOfText} reads it again. */
export function textOfValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as people read it: as they write it, and 'none' for an empty list. */
export function readableValue(value: unknown): string {
  return Array.isArray(value) && value.length === 0 ? 'none' : textOfValue(value);
}

/**
 * The value of an option that a text means. What cannot be one of its values is left as it reads, for the schema to refuse.
 * Lists are parted by commas.
 */
export function valueOfText(forms: ValueForms, text: string): unknown {
  const trimmed = text.trim();
  if (!forms.isList) return scalarOfText(forms, trimmed);
  return trimmed === '' ? [] : trimmed.split(',').map((item) => scalarOfText(forms, item.trim()));
}

function scalarOfText({ values, numbers, texts }: ValueForms, text: string): Scalar {
  const named = values.find((value) => String(value) === text);
  if (named !== undefined) return named;
  const isNumber = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text);
  return isNumber && (numbers || !texts) ? Number(text) : text;
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

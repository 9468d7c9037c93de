import { z } from 'zod';

/** Options by their names, and groups of them. */
export type Group = Readonly<Record<string, unknown>>;

export function isGroup(value: unknown): value is Group {
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
export function nested(path: string, value: unknown): Group {
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
 * The known word that is spelled most like one; undefined when none comes near.
 * @param word one of more than 200 characters comes near none
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 200) return undefined;
  const [best] = [...known]
    .map((candidate) => ({ candidate, distance: distanceTo(candidate, word) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, word.length / 4) ? best.candidate : undefined;
}

/** Edits between two words; 1 for dotted paths that end alike ('epochs' for 'recipe.epochs'). */
function distanceTo(candidate: string, word: string): number {
  const isPath = candidate.includes('.') || word.includes('.');
  const endsAlike = isPath && candidate.split('.').at(-1) === word.split('.').at(-1);
  return endsAlike ? 1 : editDistance(candidate, word);
}

/** Levenshtein's distance: letters to insert, delete or replace. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

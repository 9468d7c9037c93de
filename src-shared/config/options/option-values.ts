import { z } from 'zod';
import { searchOptionsSchema } from '../search-config';

/** What an option may be, as the schema has it. */
export interface OptionValues {
  /** In words, fit to follow "must be": 'a whole number from 1 to 512'. */
  readonly allowed: string;
  readonly isList: boolean;
  /** Whether there may be no value: null. */
  readonly isNullable: boolean;
  /** All values that there are, where the option is one of a few words or a switch; null otherwise. */
  readonly choices: readonly (string | boolean)[] | null;
}

/** The parts of JSON Schema that the configuration's schema comes to. */
interface SchemaNode {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

let known: ReadonlyMap<string, OptionValues> | undefined;

/** Every option of a configuration by its dotted path ('recipe.epochs'), in the order of the schema. */
export function optionValues(): ReadonlyMap<string, OptionValues> {
  if (!known) {
    const leaves = new Map<string, SchemaNode[]>();
    collectLeaves(z.toJSONSchema(searchOptionsSchema) as SchemaNode, '', leaves);
    known = new Map(
      [...leaves].map(([path, nodes]) => [
        path,
        {
          allowed: alternatives(nodes),
          isList: nodes.some((node) => node.type === 'array'),
          isNullable: nodes.some((node) =>
            (node.anyOf ?? node.oneOf ?? []).some(({ type }) => type === 'null'),
          ),
          choices: choicesOf(nodes),
        },
      ]),
    );
  }
  return known;
}

/** Groups of several forms ('none', 'fixed' or 'predicted' pooling) have the options of all of them. */
function collectLeaves(node: SchemaNode, path: string, leaves: Map<string, SchemaNode[]>): void {
  const forms = node.anyOf ?? node.oneOf ?? [];
  if (node.properties)
    for (const [key, child] of Object.entries(node.properties))
      collectLeaves(child, path === '' ? key : `${path}.${key}`, leaves);
  else if (forms.some((form) => form.properties)) for (const form of forms) collectLeaves(form, path, leaves);
  else leaves.set(path, [...(leaves.get(path) ?? []), node]);
}

function choicesOf(nodes: readonly SchemaNode[]): (string | boolean)[] | null {
  const choices: (string | boolean)[] = [];
  for (const node of nodes.flatMap((each) => each.anyOf ?? each.oneOf ?? [each])) {
    const values =
      node.type === 'boolean' ? [true, false] : node.const !== undefined ? [node.const] : node.enum;
    if (values === undefined) return null;
    for (const value of values)
      if (typeof value === 'string' || typeof value === 'boolean') choices.push(value);
  }
  return [...new Set(choices)];
}

function alternatives(nodes: readonly SchemaNode[]): string {
  const single = nodes.flatMap((node) => node.anyOf ?? node.oneOf ?? [node]);
  const words = single.flatMap((node) =>
    node.const !== undefined ? [String(node.const)] : (node.enum?.map(String) ?? [inWords(node)]),
  );
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join() : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1) ?? ''}`;
}

function inWords(node: SchemaNode): string {
  if (node.description !== undefined) return node.description;
  switch (node.type ?? 'object') {
    case 'null':
      return 'null';
    case 'boolean':
      return 'true or false';
    case 'string':
      return `a text of ${rangeInWords(node.minLength ?? 0, node.maxLength)} characters`;
    case 'array':
      return `a list of ${rangeInWords(node.minItems ?? 0, node.maxItems)} different values, each ${alternatives([node.items ?? {}])}`;
    case 'integer':
      return `a whole number${limitsInWords(node)}`;
    case 'number':
      return `a number${limitsInWords(node)}`;
    case 'object':
      return 'a group of options';
  }
}

function rangeInWords(least: number, most: number | undefined): string {
  return most === undefined ? `${least} or more` : `${least} to ${most}`;
}

/** ' from 1 to 512', ' above 0 and up to 1'; nothing for limits that only say what a whole number can hold. */
function limitsInWords(node: SchemaNode): string {
  const given = (limit: number | undefined): limit is number =>
    limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  const words: string[] = [];
  if (given(node.minimum)) words.push(` from ${node.minimum}`);
  if (given(node.exclusiveMinimum)) words.push(` above ${node.exclusiveMinimum}`);
  if (given(node.maximum)) words.push(given(node.minimum) ? ` to ${node.maximum}` : ` up to ${node.maximum}`);
  if (given(node.exclusiveMaximum)) words.push(` below ${node.exclusiveMaximum}`);
  return words.join(given(node.minimum) && given(node.maximum) ? '' : ' and');
}

import { z } from 'zod';

/** The parts of JSON Schema that an option's schema comes to. */
interface SchemaNode {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';
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

/** What an option may be, fit to follow "must be": 'a whole number from 1 to 512', 'none, fixed or predicted'. */
export function allowedInWords(schemas: readonly z.core.$ZodType[]): string {
  return alternatives(schemas.map((schema) => z.toJSONSchema(schema) as SchemaNode));
}

function alternatives(nodes: readonly SchemaNode[]): string {
  const words = nodes.flatMap(forms).flatMap(({ enum: values, ...node }) => {
    if (node.const !== undefined) return [String(node.const)];
    return values?.map(String) ?? [inWords(node)];
  });
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join() : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1) ?? ''}`;
}

function forms(node: SchemaNode): readonly SchemaNode[] {
  return (node.anyOf ?? node.oneOf)?.flatMap(forms) ?? [node];
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

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

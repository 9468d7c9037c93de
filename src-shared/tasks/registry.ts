import { z } from 'zod';
import { CellsmithError } from '../errors';

/** Entries by their kind. */
export interface Registry<Entry extends { readonly kind: string }> {
  /**
   * @param kind of something that a schema has let in
   * @throws CellsmithError 'internal' when there is no such entry
   */
  of(kind: string): Entry;
  all(): readonly Entry[];
  /**
   * Adds an entry, for programs that know more than Cellsmith does: tests. Schemas are made of all entries when they are used first, so
   * it must be called when a program begins.
   */
  add(entry: Entry): void;
  /** Any of the forms that entries have, told apart by `kind`. Seals the registry. */
  schema(schemaOf: (entry: Entry) => z.ZodObject): z.ZodDiscriminatedUnion;
  /** The same, made when it is used first. */
  union<T>(schemaOf: (entry: Entry) => z.ZodObject): z.ZodType<T>;
}

/** @param what the entries are, for messages */
export function registryOf<Entry extends { readonly kind: string }>(
  what: string,
  builtIn: readonly Entry[],
): Registry<Entry> {
  const entries = new Map(builtIn.map((entry) => [entry.kind, entry]));
  let schemasAreMade = false;
  const schema: Registry<Entry>['schema'] = (schemaOf) => {
    schemasAreMade = true;
    const [first, ...others] = [...entries.values()].map(schemaOf);
    if (first === undefined) throw new CellsmithError('internal', `There is no ${what}.`);
    return z.discriminatedUnion('kind', [first, ...others]);
  };
  return {
    of: (kind) => {
      const entry = entries.get(kind);
      if (entry === undefined) throw new CellsmithError('internal', `There is no ${what} '${kind}'.`);
      return entry;
    },
    all: () => [...entries.values()],
    add: (entry) => {
      if (schemasAreMade)
        throw new CellsmithError('internal', `The ${what} '${entry.kind}' was registered too late.`);
      entries.set(entry.kind, entry);
    },
    schema,
    union: <T>(schemaOf: (entry: Entry) => z.ZodObject) =>
      z.lazy(() => schema(schemaOf)) as unknown as z.ZodType<T>,
  };
}

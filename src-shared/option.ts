import { z } from 'zod';

/** Published searches by the preset that holds their values, and how a paper's value names them. */
export const publishedSearches = {
  v1: 'v1',
  v2: 'v2',
  v3: 'v3',
  'v3-more-filters': 'v3 + more filters',
  'ptb-base8': 'Penn Treebank',
  'ptb-base8-max-sin': 'control',
} as const;
export type PublishedSearch = keyof typeof publishedSearches;

/** What the window, the command line and the documentation say of an option. */
export interface OptionMeta {
  /** A few words, without a full stop. */
  readonly label: string;
  /** Sentences. */
  readonly help: string;
  /** The paper's value in each search for which it differs from that of the first; absent where the paper gives none. */
  readonly paper?: Partial<Record<PublishedSearch, unknown>>;
  /** Of its numbers: 's', 'MB', 'pixels'. */
  readonly unit?: string;
  /** Few people change it: the form folds it away. */
  readonly advanced?: boolean;
  /** Not for people to set: a configuration has it from its preset or from the program. */
  readonly fixed?: boolean;
  /**
   * Of an option that only one kind of a group has: its value when the group becomes that kind.
   * @param number the value of a number elsewhere in the configuration, by its dotted path
   */
  readonly initial?: (number: (path: string) => number) => unknown;
}

export const optionRegistry = z.registry<OptionMeta>();

/**
 * A schema that knows what there is to say of it. Of a discriminated union this is about its discriminator: the union of poolings has the
 * label and help of `space.pooling.kind`.
 */
export function option<Schema extends z.ZodType>(schema: Schema, meta: OptionMeta): Schema {
  const described = schema.clone();
  optionRegistry.add(described, meta);
  return described;
}

/** Groups of options in the order of the form. */
export const optionGroups = {
  search: { title: 'Search', help: 'Its name, when it ends, and what it uses of this machine.' },
  architecture: {
    title: 'Architecture',
    help: 'What the strategy chooses from for each layer of a network, or each node of a cell.',
  },
  controller: { title: 'Strategy', help: 'What proposes architectures, and how it learns.' },
  children: { title: 'Children', help: 'How each network is trained and rewarded.' },
} as const;
export type OptionGroupName = keyof typeof optionGroups;

export const groupRegistry = z.registry<{ readonly group: OptionGroupName }>();

/** A schema whose options belong to a group; options outside of one belong to the search. */
export function grouped<Schema extends z.ZodType>(group: OptionGroupName, schema: Schema): Schema {
  const inGroup = schema.clone();
  // A clone by itself forgets what is said of the option.
  const meta = optionRegistry.get(schema);
  if (meta !== undefined) optionRegistry.add(inGroup, meta);
  groupRegistry.add(inGroup, { group });
  return inGroup;
}

/** Reports what is wrong of the option at a dotted path, as a sentence that begins with 'must'. */
export type Complain = (path: string, message: string) => void;

/** For lists of options: every value once. */
export const allDiffer = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

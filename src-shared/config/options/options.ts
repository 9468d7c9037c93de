import { z } from 'zod';
import { searchOptionsSchema } from '../search-config';
import { allowedInWords } from './allowed';
import {
  groupRegistry,
  optionRegistry,
  publishedSearches,
  type OptionGroupName,
  type OptionMeta,
  type PublishedSearch,
  optionGroups,
} from '../../option';
import { publishedFor } from '../presets';
import { valueAt, readableValue, valueForms, type ValueForms } from './values';

/** All that there is to say of an option apart from its value. */
interface OptionDescription extends ValueForms {
  /** Dotted, as `--set` takes it. */
  readonly path: string;
  readonly label: string;
  readonly help: string;
  /** The paper's value as text, '1 (v2: 1, 2, 3)'; null where the paper gives none. */
  readonly paper: string | null;
  /** The same value by search. */
  readonly published: OptionMeta['paper'];
  readonly unit: string | null;
  readonly group: OptionGroupName;
  readonly isAdvanced: boolean;
  /** Not for people to set. */
  readonly isFixed: boolean;
  /** In words, fit to follow "must be": 'a whole number from 1 to 512'. */
  readonly allowed: string;
}

/** An option of a configuration. */
export interface Option extends OptionDescription {
  /** Undefined where the configuration has no such option: the size of a pooling that there is not. */
  readonly value: unknown;
}

/** A group whose options depend on its kind, such as poolings. */
interface OptionUnion {
  /** Name of the option that tells the kinds apart. */
  readonly discriminator: string;
  readonly kinds: readonly { readonly values: ReadonlySet<unknown>; readonly shape: Shape }[];
}
type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** A schema of an option, one of several where kinds of a group have options of one name. */
interface Use {
  readonly schema: z.core.$ZodType;
  readonly meta: OptionMeta | undefined;
  /** Whether it is that of the kind that a configuration has. */
  readonly isPresent: boolean;
}

interface Leaf {
  readonly group: OptionGroupName;
  readonly uses: Use[];
}

interface Place {
  readonly path: string;
  readonly group: OptionGroupName;
  readonly isPresent: boolean;
  /** What a configuration has here; undefined where there is none. */
  readonly value: unknown;
}

class Walk {
  readonly leaves = new Map<string, Leaf>();
  readonly unions = new Map<string, OptionUnion>();

  constructor(config?: unknown) {
    this.visit(searchOptionsSchema(), { path: '', group: 'search', isPresent: true, value: config });
  }

  private visit(schema: z.core.$ZodType, { group: outer, ...place }: Place): void {
    const group = groupRegistry.get(schema)?.group ?? outer;
    const shape = shapeOf(schema);
    if (shape !== undefined)
      for (const [key, child] of Object.entries(shape)) this.visit(child, { ...step(place, key), group });
    else if (schema instanceof z.ZodDiscriminatedUnion) this.visitUnion(schema, { ...place, group });
    else
      this.add(place.path, group, { schema, meta: optionRegistry.get(schema), isPresent: place.isPresent });
  }

  private visitUnion(schema: z.ZodDiscriminatedUnion, place: Place): void {
    const { discriminator } = schema.def;
    const kinds = schema.options.map((kind) => {
      const shape = shapeOf(kind);
      const literal = shape?.[discriminator];
      if (shape === undefined || literal === undefined)
        throw new TypeError(`Kinds of ${place.path} must be objects.`);
      return { literal, values: new Set<unknown>(valueForms([literal]).values), shape };
    });
    if (place.isPresent || !this.unions.has(place.path))
      this.unions.set(place.path, { discriminator, kinds });
    const own = step(place, discriminator);
    for (const { literal } of kinds)
      this.add(own.path, place.group, {
        schema: literal,
        meta: optionRegistry.get(schema),
        isPresent: place.isPresent,
      });
    for (const { values, shape } of kinds) {
      const isPresent = place.isPresent && (place.value === undefined || values.has(own.value));
      for (const [key, child] of Object.entries(shape))
        if (key !== discriminator) this.visit(child, { ...step(place, key), isPresent, group: place.group });
    }
  }

  private add(path: string, group: OptionGroupName, use: Use): void {
    const leaf = this.leaves.get(path) ?? { group, uses: [] };
    leaf.uses.push(use);
    this.leaves.set(path, leaf);
  }
}

function shapeOf(schema: z.core.$ZodType): Shape | undefined {
  return schema instanceof z.ZodObject ? schema.shape : undefined;
}

function step<Inner extends Omit<Place, 'group'>>(place: Inner, key: string): Inner {
  const path = place.path === '' ? key : `${place.path}.${key}`;
  return { ...place, path, value: valueAt(place.value, key) };
}

let everything: ReadonlyMap<string, OptionDescription> | undefined;

/** Every option of every kind of search by its dotted path, in the order of the schema. */
export function allOptions(): ReadonlyMap<string, OptionDescription> {
  return (everything ??= new Map(
    [...new Walk().leaves].map(([path, leaf]) => [path, describe(path, leaf, 'v1')]),
  ));
}

/** The groups that are of one of several kinds, by their dotted path; of two at one path that of the configuration. */
export function optionUnions(config?: unknown): ReadonlyMap<string, OptionUnion> {
  return new Walk(config).unions;
}

/**
 * The options of a configuration in the order of the schema, as the kinds of its groups have them.
 * @param config may be wrong
 */
export function optionsOf(config: unknown): Option[] {
  const main = publishedFor(config);
  return [...new Walk(config).leaves].map(([path, leaf]) => ({
    ...describe(path, leaf, main),
    value: valueAt(config, path),
  }));
}

const described = new Map<string, OptionDescription>();

function describe(path: string, { group, uses }: Leaf, main: PublishedSearch): OptionDescription {
  const present = uses.some(({ isPresent }) => isPresent) ? uses.filter(({ isPresent }) => isPresent) : uses;
  const key = `${path} ${main} ${present.map((use) => uses.indexOf(use)).join()}`;
  const known = described.get(key);
  if (known !== undefined) return known;
  const metas = present.flatMap(({ meta }) => meta ?? []);
  const [first] = metas;
  if (first === undefined) throw new TypeError(`The option ${path} has no label: describe it with option().`);
  const published = metas.reduce<OptionMeta['paper']>(
    (all, { paper }) => (paper ? { ...all, ...paper } : all),
    undefined,
  );
  const schemas = present.map(({ schema }) => schema);
  const description: OptionDescription = {
    path,
    label: first.label,
    help: [...new Set(metas.map(({ help }) => help))].join(' '),
    paper: published === undefined ? null : paperText(published, main),
    published,
    unit: first.unit ?? null,
    group,
    isAdvanced: first.advanced ?? false,
    isFixed: first.fixed ?? false,
    allowed: allowedInWords(schemas),
    ...valueForms(schemas),
  };
  described.set(key, description);
  return description;
}

/** '1 (v2: 1, 2, 3)'. @param main the search whose value comes first */
function paperText(paper: NonNullable<OptionMeta['paper']>, main: PublishedSearch): string {
  const first = [main, 'v1' as const, 'ptb-base8' as const].find((search) => search in paper);
  const others = (Object.keys(publishedSearches) as PublishedSearch[])
    .filter((search) => search !== first && search in paper)
    .map((search) => [publishedSearches[search], readableValue(paper[search])] as const);
  if (first === undefined) return others.map(([name, text]) => `${text} (${name})`).join(', ');
  const own = readableValue(paper[first]);
  const differing = others.filter(([, text]) => text !== own).map(([name, text]) => `${name}: ${text}`);
  return differing.length === 0 ? own : `${own} (${differing.join('; ')})`;
}

/** The help of an option with the unit of its numbers: 'Training time after which … (s)'. */
export function helpWithUnit({ help, unit }: Pick<OptionDescription, 'help' | 'unit'>): string {
  return unit === null ? help : `${help} (${unit})`;
}

/** docs/options.md: every option in Markdown. */
export function optionsPage(): string {
  const groups = (Object.keys(optionGroups) as OptionGroupName[]).map((name) => {
    const { title, help } = optionGroups[name];
    const rows = [...allOptions().values()]
      .filter(({ group }) => group === name)
      .map((option) => [
        `\`${option.path}\``,
        option.label,
        helpWithUnit(option),
        option.allowed,
        option.paper ?? '',
      ]);
    return [
      `## ${title}`,
      '',
      help,
      '',
      ...[
        ['option', 'label', 'meaning', 'values', 'paper'],
        Array.from({ length: 5 }, () => '---'),
        ...rows,
      ].map(tableRow),
    ].join('\n');
  });
  return [introduction, ...groups].join('\n\n');
}

const introduction = `# Options

Every option of a search, as \`--set\`, configuration files and the window take it. The last column has the value of the published
searches, where the paper gives one: that of v1 first (of the search on Penn Treebank where only cells have the option), others in
parentheses. This page is written by \`cellsmith config options --markdown\`.`;

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/[|<>*_]/g, '\\$&')).join(' | ')} |`;
}

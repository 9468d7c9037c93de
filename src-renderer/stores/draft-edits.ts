import { mergeOverrides, parseSettings } from '../../src-shared/config/options/overrides';
import { isImageSearch, type SearchConfig } from '../../src-shared/config/search-config';
import { errorMessage } from '../../src-shared/errors';

/** Texts of the fields that differ from the configuration to begin with, by the dotted path of their option. */
export type Edits = Readonly<Record<string, string>>;

/** What a draft comes to: a configuration, or what is wrong by option ('' for what belongs to none). */
export interface DraftCheck {
  readonly config: SearchConfig | null;
  readonly problems: ReadonlyMap<string, string>;
}

export function checkDraft(base: SearchConfig, edits: Edits): DraftCheck {
  try {
    const settings = Object.entries(edits).map(([path, text]) => `${path}=${quoted(path, text)}`);
    return { config: mergeOverrides(base, parseSettings(settings)), problems: new Map() };
  } catch (error) {
    return { config: null, problems: problemsByOption(errorMessage(error)) };
  }
}

/** The sentences of an error about a configuration by option, '' for what belongs to none. */
export function problemsByOption(message: string): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  for (const sentence of message.split('\n')) {
    const [, path = '', rest = ''] = /^([\w.]+) (.*)$/s.exec(sentence) ?? [];
    const isOption = path.includes('.') || /^(name|seed|duplicates|keepBest|preset)$/.test(path);
    if (isOption) problems.set(path, capital(rest));
    else problems.set('', sentence);
  }
  return problems;
}

/** A name is a text whatever it looks like. */
function quoted(path: string, text: string): string {
  return path === 'name' ? JSON.stringify(text) : text;
}

/** The text of a value as its field shows it and `parseSettings` reads it. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The edits after a group has become another kind of itself: what its old kind had means nothing in the new one, and what the
 * new one needs is filled in to begin with.
 */
export function editsForKind(edits: Edits, config: SearchConfig, path: string, kind: string): Edits {
  const group = path.slice(0, -'kind'.length);
  const others = Object.entries(edits).filter(([key]) => !key.startsWith(group));
  const needs = Object.entries(kindNeeds(config)[`${path}=${kind}`] ?? {}).map(([key, text]) => [
    group + key,
    text,
  ]);
  return Object.fromEntries([...others, [path, kind], ...needs]) as Edits;
}

/** What each kind of a group needs to begin with. */
function kindNeeds(config: SearchConfig): Readonly<Record<string, Readonly<Record<string, string>>>> {
  if (!isImageSearch(config))
    return {
      'recipe.size.kind=parameters': { parameters: '20000000' },
      'recipe.size.kind=hidden': { hidden: '650' },
      'recipe.decay.kind=after': { constantEpochs: '6', divisor: '1.2' },
      'recipe.dropout.kind=standard': { rate: '0.5' },
      'recipe.dropout.kind=variational': {
        ...{ words: '0.2', between: '0.3', recurrent: '0.2', output: '0.3', samples: '0' },
      },
    };
  const { space, recipe } = config;
  const half = Math.max(1, Math.floor((space.schedule.initialLayers * space.blockSize) / 2));
  return {
    'space.pooling.kind=fixed': { afterLayers: String(half), size: '2' },
    'space.pooling.kind=predicted': { sizes: '1, 2' },
    'recipe.decay.kind=step': { epochs: String(Math.floor(recipe.epochs / 2)), factor: '0.1' },
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

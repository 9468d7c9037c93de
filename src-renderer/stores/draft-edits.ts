import { optionUnions } from '../../src-shared/config/options/options';
import { mergeOptions, overridesAt } from '../../src-shared/config/options/overrides';
import type { Group } from '../../src-shared/config/options/paths';
import type { Problem } from '../../src-shared/config/parse-config';
import type { SearchConfig } from '../../src-shared/config/search-config';

/** Values that differ from the configuration to begin with, by the dotted path of their option. They may be wrong. */
export type Edits = Readonly<Record<string, unknown>>;

/** The configuration that edits make, not checked. */
export function edited(base: SearchConfig, edits: Edits): Group {
  return mergeOptions({ ...base }, overridesAt(Object.entries(edits)));
}

/** The edits after an option has been set. A group of another kind begins with the initial values of that kind. */
export function editsWith(edits: Edits, path: string, value: unknown): Edits {
  return { ...editsWithout(edits, path), [path]: value };
}

/** The edits without that of an option; of a group's kind, without those of the group. */
export function editsWithout(edits: Edits, path: string): Edits {
  const group = groupOfKind(path);
  return Object.fromEntries(
    Object.entries(edits).filter(([key]) => key !== path && (group === null || !key.startsWith(`${group}.`))),
  );
}

/** The path of the group whose kind an option is; null for other options. */
function groupOfKind(path: string): string | null {
  const end = path.lastIndexOf('.');
  const group = path.slice(0, Math.max(0, end));
  return optionUnions().get(group)?.discriminator === path.slice(end + 1) ? group : null;
}

/**
 * What is wrong by the option that shows it, '' for what belongs to none of them.
 * @param paths of the options that are shown
 */
export function problemsByOption(
  problems: readonly Problem[],
  paths: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const byOption = new Map<string, string>();
  for (const { path, message } of problems) {
    const shown = paths.has(path) ? path : '';
    const text = shown === '' && path !== '' ? `${path} ${message}` : message;
    if (!byOption.has(shown)) byOption.set(shown, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
  }
  return byOption;
}

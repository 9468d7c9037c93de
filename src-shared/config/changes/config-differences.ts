import { optionHelp } from '../options/option-help';
import type { SearchConfig } from '../search-config';

/** An option in which configurations differ. */
export interface ConfigDifference {
  /** Dotted. */
  readonly path: string;
  readonly label: string;
  readonly explanation: string;
  readonly paper: string | null;
  /** Of each configuration, as text; null where it has no such option. */
  readonly values: readonly (string | null)[];
}

/** The options in which configurations differ, in the order of the schema; their names are none. */
export function configDifferences(configs: readonly SearchConfig[]): ConfigDifference[] {
  const helps = configs.map((config) => optionHelp(config));
  return (helps[0] ?? []).flatMap(({ path, label, explanation, paper }, index) => {
    const values = helps.map((help) => valueText(help[index]?.value));
    const differ = path !== 'name' && values.some((value) => value !== values[0]);
    return differ ? [{ path, label, explanation, paper, values }] : [];
  });
}

/** '24, 36', 'none' for an empty list; null for an option that is not there. */
function valueText(value: unknown): string | null {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

import { allOptions } from '../options/options';
import { valueAt } from '../options/paths';
import { readableValue } from '../options/values';
import type { SearchConfig } from '../search-config';

/** An option in which configurations differ. */
export interface ConfigDifference {
  /** Dotted. */
  readonly path: string;
  readonly label: string;
  readonly help: string;
  readonly paper: string | null;
  /** Of each configuration, as text; null where it has no such option. */
  readonly values: readonly (string | null)[];
}

/** The options in which configurations differ, in the order of the schema; their names are none. */
export function configDifferences(configs: readonly SearchConfig[]): ConfigDifference[] {
  return [...allOptions().values()].flatMap(({ path, label, help, paper }) => {
    const values = configs.map((config) => {
      const value = valueAt(config, path);
      return value === undefined ? null : readableValue(value);
    });
    // An option that another strategy does not have says no more than that the strategies differ.
    const ofStrategy = path.startsWith('controller.') && values.includes(null);
    const differ = path !== 'name' && !ofStrategy && values.some((value) => value !== values[0]);
    return differ ? [{ path, label, help, paper, values }] : [];
  });
}

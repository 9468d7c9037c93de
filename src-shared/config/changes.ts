import { CellsmithError } from '../errors';
import { mergeOverrides, type Overrides } from './options/overrides';
import { valueAt, readableValue } from './options/values';
import type { SearchConfig } from './search-config';
import { allOptions } from './options/options';
import { mostTrials } from '../limits';

/** Groups of options that a resumed run may change. Earlier results depend on all others. */
const changeable: ReadonlySet<string> = new Set<keyof SearchConfig>(['budget', 'trainers']);

/**
 * The budget and the trainers of a run that is resumed with other options.
 * @throws {CellsmithError} 'config.invalid' naming an option that cannot be changed, or whose value is wrong
 */
export function changesOnResume(
  config: SearchConfig,
  overrides: Overrides,
): Pick<SearchConfig, 'budget' | 'trainers'> {
  const fixed = Object.entries(overrides).find(([group]) => !changeable.has(group));
  if (fixed !== undefined)
    throw new CellsmithError(
      'config.invalid',
      `${pathOf(...fixed)} cannot be changed when a run is resumed, because earlier results depend on it: ` +
        'start a new run instead. Only options of the budget and the trainers can be changed.',
    );
  const { budget, trainers } = mergeOverrides(config, overrides);
  return { budget, trainers };
}

/** Dotted, of the first option of a group. */
function pathOf(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return name;
  const [first] = Object.entries(value as Overrides);
  return first === undefined ? name : `${name}.${pathOf(...first)}`;
}

/** An option in which configurations differ. */
interface ConfigDifference {
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

type Budget = SearchConfig['budget'];

/** What is added to a budget: 0 adds nothing. */
export interface MoreBudget {
  readonly children: number;
  readonly hours: number;
  readonly multiplyAdds: number;
}

/** What has been used of it. */
interface UsedBudget {
  /** Children that have ended. */
  readonly children: number;
  readonly hours: number;
  readonly multiplyAdds: number;
}

/**
 * A budget with more in it. More is counted from the limit, or from what was used where that is past it. A limit that is used up and to
 * which nothing is added would end the search at once: it is lifted. No run has more children than lists of them can hold.
 */
export function extendBudget(budget: Budget, more: MoreBudget, used: UsedBudget): Budget {
  const extended = (limit: number | null, added: number, spent: number): number | null => {
    if (limit === null) return null;
    if (added > 0) return Math.max(limit, spent) + added;
    return spent >= limit ? null : limit;
  };
  const children = extended(budget.children, more.children, used.children);
  return {
    children: children === null ? null : Math.min(children, mostTrials),
    hours: extended(budget.hours, more.hours, used.hours),
    multiplyAdds: extended(budget.multiplyAdds, more.multiplyAdds, used.multiplyAdds),
  };
}

import { CellsmithError } from '../../errors';
import { mergeOverrides, type Overrides } from '../options/overrides';
import type { SearchConfig } from '../search-config';

/** Groups of options that a run may change in its course. Everything else decided what has been found so far. */
const changeable: ReadonlySet<string> = new Set<keyof SearchConfig>(['budget', 'trainers']);

/**
 * The budget and the trainers of a run that goes on with other options.
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
      `${pathOf(...fixed)} cannot be changed when a run is resumed, for it decided what has been found so far: ` +
        'begin a new run for that. What can be changed are the options of the budget and of the trainers.',
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

import { CellsmithError } from '../../errors';
import { mergeOverrides, type Overrides } from '../options/overrides';
import type { SearchConfig } from '../search-config';

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

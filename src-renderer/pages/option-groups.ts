import type { OptionHelp } from '../../src-shared/config/options/option-help';

/** Options that belong together on a page. */
export interface OptionGroup {
  readonly title: string;
  readonly explanation: string;
  readonly holds: (path: string) => boolean;
}

const under =
  (...beginnings: readonly string[]) =>
  (path: string): boolean =>
    beginnings.some((beginning) => path === beginning || path.startsWith(`${beginning}.`));

/** The groups in the order of the page; each option is in the first that holds it. */
const optionGroups: readonly OptionGroup[] = [
  {
    title: 'Search',
    explanation: 'What it is called, when it ends, and what of this machine it uses.',
    holds: under('name', 'seed', 'budget', 'trainers', 'earlyStopping', 'duplicates', 'keepBest'),
  },
  {
    title: 'Architecture',
    explanation: 'What the controller chooses from for each layer of a network, or each node of a cell.',
    holds: under('space'),
  },
  { title: 'Controller', explanation: 'Who proposes, and how it learns.', holds: under('controller') },
  { title: 'Children', explanation: 'How each network is trained and rewarded.', holds: under('recipe') },
];

/** Options that decide nothing: there is one value of them alone. */
const fixed = new Set(['preset', 'space.kind', 'recipe.kind']);

export function groupOptions(
  options: readonly OptionHelp[],
): readonly (OptionGroup & { options: OptionHelp[] })[] {
  return optionGroups.map((group) => ({
    ...group,
    options: options.filter(
      ({ path, value }) => group.holds(path) && !fixed.has(path) && value !== undefined,
    ),
  }));
}

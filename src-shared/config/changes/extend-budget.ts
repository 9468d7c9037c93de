import { mostTrials } from '../../limits';
import type { SearchConfig } from '../search-config';

type Budget = SearchConfig['budget'];

/** What is added to a budget: 0 adds nothing. */
export interface MoreBudget {
  readonly children: number;
  readonly hours: number;
  readonly multiplyAdds: number;
}

/** What has been used of it. */
export interface UsedBudget {
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

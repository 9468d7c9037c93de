import type { SearchConfig } from '../../config/search-config';
import type { ChildProgress, RunState } from '../run-state';
import type { Pace } from './time-left';

/** How far a child is, from 0 to 1. */
export function partDone(child: ChildProgress, epochs: number): number {
  return Math.min(1, (child.epoch + child.step / child.steps) / epochs);
}

/** What has been used of a budget besides children. */
export interface BudgetUsed {
  /** Milliseconds that earlier sessions have used of its hours. */
  readonly activeBefore: number;
  /** Of all sessions up to now; null where the budget sets none. */
  readonly multiplyAdds: number | null;
}

/** A pace over less time is no more than a guess; milliseconds. */
const shortest = 2000;

/** Milliseconds until a child ends, by its own pace since its trainer took it; null while that is a guess. */
function ownTimeLeft(child: ChildProgress, epochs: number, now: number): number | null {
  const [part, restored, elapsed] = [partDone(child, epochs), child.restored / epochs, now - child.since];
  return part <= restored || elapsed < shortest ? null : ((1 - part) * elapsed) / (part - restored);
}

/** Children until the budget's number or its multiply-adds are used up, the latter if the next ones take what the others did on average. */
function remainingChildren(
  { ended }: RunState,
  budget: SearchConfig['budget'],
  { multiplyAdds: spent }: BudgetUsed,
): number | null {
  const limits: number[] = budget.children === null ? [] : [budget.children - ended];
  if (budget.multiplyAdds !== null && spent !== null && spent > 0 && ended > 0)
    limits.push((ended * (budget.multiplyAdds - spent)) / spent);
  return limits.length === 0 ? null : Math.min(...limits);
}

/**
 * What `timeLeft` needs to know of a search.
 * @param used of the budget
 * @param epochsOf epochs of a child's recipe, by its number
 */
export function paceOf(
  progress: RunState,
  { budget }: Pick<SearchConfig, 'budget'>,
  used: BudgetUsed,
  epochsOf: (trial: number) => number,
  clock: number,
): Pace {
  // In a pause no time passes.
  const now = progress.pausedAt ?? clock;
  const startedAt = progress.startedAt ?? now;
  const children = [...progress.trainers.values()];
  return {
    now,
    startedAt,
    endedAt: progress.endedAt,
    underWay: children.map((child) => partDone(child, epochsOf(child.trial))),
    restored: children.reduce((sum, { trial, restored }) => sum + restored / epochsOf(trial), 0),
    ownLeft: children.map((child) => ownTimeLeft(child, epochsOf(child.trial), now)),
    remaining: remainingChildren(progress, budget, used),
    until: budget.hours === null ? null : startedAt + budget.hours * 3_600_000 - used.activeBefore,
  };
}

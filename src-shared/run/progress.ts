import type { SearchConfig } from '../config/search-config';
import type { ChildProgress, RunState } from './run-state';
import type { TimeLeft } from '../format';

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

/** What the estimate is made from. Times are milliseconds since 1970. */
export interface Pace {
  readonly now: number;
  /** When the search was started or resumed. */
  readonly startedAt: number;
  /** When children ended since then, in any order: trained, failed or given a known reward. */
  readonly endedAt: readonly number[];
  /** How far each child in training is, from 0 to 1. */
  readonly underWay: readonly number[];
  /** What of these was trained in earlier sessions, summed. */
  readonly restored: number;
  /** Milliseconds that each of them takes by its own pace; null while that is a guess. */
  readonly ownLeft: readonly (number | null)[];
  /** Children of the budget that have not ended, those in training among them; null when the budget sets no number. */
  readonly remaining: number | null;
  /** When the budget's hours are used up; null when it sets none. */
  readonly until: number | null;
}

/** The pace is the mean over this many recent children: networks grow in the course of a search. */
const window = 50;
/** Spread of the time that children take, relative to its mean, while there are too few to measure it. */
const presumedSpread = 0.5;

/**
 * Estimates when a search ends from the pace of the last children. It counts whole children and parts of those in training by wall
 * time, so trainers that work in parallel, waits and duplicates that cost nothing are all in it.
 * Null while nothing is known: no limit, or nothing done yet.
 */
export function timeLeft(pace: Pace): TimeLeft | null {
  const byClock = pace.until === null ? null : Math.max(0, pace.until - pace.now);
  const byChildren = childrenTimeLeft(pace);
  if (byChildren === null) return byClock === null ? null : { milliseconds: byClock, uncertainty: 0 };
  if (byClock === null || byChildren.milliseconds <= byClock) return byChildren;
  // The clock ends the search, unless the children are done sooner than expected.
  const sooner = Math.max(0, byChildren.milliseconds - byChildren.uncertainty);
  return { milliseconds: byClock, uncertainty: Math.max(0, byClock - sooner) };
}

function childrenTimeLeft(pace: Pace): TimeLeft | null {
  const { now, startedAt, endedAt, underWay, restored, ownLeft, remaining } = pace;
  if (remaining === null) return null;
  if (remaining <= 0) return { milliseconds: 0, uncertainty: 0 };
  // The epochs of a child take equally long, other children need not: the last ones are known by themselves.
  const known = ownLeft.filter((left) => left !== null);
  if (remaining <= known.length) return { milliseconds: Math.max(...known), uncertainty: 0 };
  const ends = endedAt.toSorted((a, b) => a - b);
  const counted = ends.slice(-window);
  const from = ends[ends.length - window - 1] ?? startedAt;
  const parts = underWay.reduce((sum, part) => sum + part, 0);
  const done = counted.length + parts - restored;
  const elapsed = now - from;
  if (done <= 0 || elapsed <= 0) return null;
  const left = Math.max(0, remaining - parts);
  const milliseconds = (left * elapsed) / done;
  const spread = relativeSpread([from, ...counted]);
  return { milliseconds, uncertainty: milliseconds * spread * Math.sqrt(1 / done + 1 / Math.max(left, 1)) };
}

/** Standard deviation over mean of the time from one end to the next. */
function relativeSpread(ends: readonly number[]): number {
  const gaps = ends.slice(1).map((end, index) => end - (ends[index] ?? end));
  if (gaps.length < 3) return presumedSpread;
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (mean === 0) return presumedSpread;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (gaps.length - 1);
  return Math.sqrt(variance) / mean;
}

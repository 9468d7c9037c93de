import type { SearchConfig } from '../../config/search-config';
import type { QueueState } from '../queue-state';
import type { RunEvent } from '../run-event';
import type { Pace } from './time-left';
import type { Trial } from '../trial';

/** The child that a trainer is at, and how far: epochs from 0, steps of the epoch. */
export interface ChildProgress {
  readonly trial: number;
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

/** Where a running search stands, as a bar or a window shows it. Times are milliseconds since 1970. */
export interface SearchProgress {
  /** When this session began; null before. It is put off by the length of each pause, so that a pace leaves them out. */
  readonly startedAt: number | null;
  /** Children that have ended: trained, failed or given a known reward. */
  readonly ended: number;
  readonly failed: number;
  /** When children ended in this session, as many of the last as an estimate of the time left looks at. */
  readonly endedAt: readonly number[];
  /** What each trainer is at, by its number. */
  readonly trainers: ReadonlyMap<number, ChildProgress>;
  /** The completed trial of the highest reward. */
  readonly best: Trial | null;
  /** When the pause that lasts began; null when there is none. */
  readonly pausedAt: number | null;
  /** The queue that children are trained by; null where this machine trains them. */
  readonly queue: QueueState | null;
}

/** What earlier sessions of the run have left. */
export type EarlierProgress = Pick<SearchProgress, 'ended' | 'failed' | 'best'>;

export const noEarlierProgress: EarlierProgress = { ended: 0, failed: 0, best: null };

/** Enough for the window of `timeLeft` and the end before it. */
const rememberedEnds = 64;

export function progressAtStart(earlier: EarlierProgress): SearchProgress {
  return { ...earlier, startedAt: null, endedAt: [], trainers: new Map(), pausedAt: null, queue: null };
}

/** Where the search stands after an event. */
export function progressAfter(progress: SearchProgress, event: RunEvent): SearchProgress {
  switch (event.type) {
    case 'runStarted':
      return { ...progress, startedAt: event.at };
    case 'trialStarted':
      return withTrainer(progress, event.trainer, { trial: event.trial, epoch: 0, step: 0, steps: 1 });
    case 'trialRestored':
      return withTrainer(progress, event.trainer, {
        trial: event.trial,
        epoch: event.epochs.length,
        step: 0,
        steps: 1,
      });
    case 'trialProgress':
      return withTrainer(progress, event.trainer, event);
    case 'epochEnded':
      return withTrainer(progress, event.trainer, {
        trial: event.trial,
        epoch: event.record.epoch + 1,
        step: 0,
        steps: 1,
      });
    case 'trialCompleted':
    case 'trialReused':
    case 'trialFailed':
      return withEnd(progress, event.trial, event.at);
    case 'trialRetried':
      return { ...progress, ended: progress.ended - 1, failed: progress.failed - 1 };
    case 'trialRepeated':
      return { ...progress, trainers: withoutTrial(progress, event.trial) };
    case 'queueChanged':
      return { ...progress, queue: event.queue };
    case 'runPaused':
      return { ...progress, pausedAt: event.at };
    case 'runContinued':
      return afterPause(progress, event.at);
    case 'runEnded':
      return { ...progress, trainers: new Map(), pausedAt: null };
    case 'trialInterrupted':
      return { ...progress, trainers: withoutTrial(progress, event.trial) };
    case 'trialProposed':
    case 'controllerUpdated':
      return progress;
  }
}

function afterPause(progress: SearchProgress, at: number): SearchProgress {
  const length = progress.pausedAt === null ? 0 : at - progress.pausedAt;
  return {
    ...progress,
    pausedAt: null,
    startedAt: progress.startedAt === null ? null : progress.startedAt + length,
    endedAt: progress.endedAt.map((end) => end + length),
  };
}

function withTrainer(progress: SearchProgress, trainer: number, child: ChildProgress): SearchProgress {
  const { trial, epoch, step, steps } = child;
  return { ...progress, trainers: new Map(progress.trainers).set(trainer, { trial, epoch, step, steps }) };
}

function withEnd(progress: SearchProgress, trial: Trial, at: number): SearchProgress {
  const better = trial.state === 'completed' && (trial.reward ?? 0) > (progress.best?.reward ?? -1);
  return {
    ...progress,
    trainers: withoutTrial(progress, trial),
    ended: progress.ended + 1,
    failed: progress.failed + (trial.state === 'failed' ? 1 : 0),
    endedAt: [...progress.endedAt, at].slice(-rememberedEnds),
    best: better ? trial : progress.best,
  };
}

function withoutTrial({ trainers }: SearchProgress, { number }: Trial): SearchProgress['trainers'] {
  return new Map([...trainers].filter(([, child]) => child.trial !== number));
}

/** How far a child is, from 0 to 1. */
export function partDone(child: ChildProgress, epochs: number): number {
  return Math.min(1, (child.epoch + child.step / child.steps) / epochs);
}

/** What has been used of a budget beside children. */
export interface BudgetUsed {
  /** Milliseconds that earlier sessions have used of its hours. */
  readonly activeBefore: number;
  /** Of all sessions up to now; null where the budget sets none. */
  readonly multiplyAdds: number | null;
}

/** Children until the budget's number or its multiply-adds are used up, the latter if the next ones take what the others did on average. */
function remainingChildren(
  { ended }: SearchProgress,
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
 */
export function paceOf(
  progress: SearchProgress,
  { budget, recipe }: Pick<SearchConfig, 'budget' | 'recipe'>,
  used: BudgetUsed,
  clock: number,
): Pace {
  // In a pause no time passes.
  const now = progress.pausedAt ?? clock;
  const startedAt = progress.startedAt ?? now;
  return {
    now,
    startedAt,
    endedAt: progress.endedAt,
    underWay: [...progress.trainers.values()].map((child) => partDone(child, recipe.epochs)),
    remaining: remainingChildren(progress, budget, used),
    until: budget.hours === null ? null : startedAt + budget.hours * 3_600_000 - used.activeBefore,
  };
}

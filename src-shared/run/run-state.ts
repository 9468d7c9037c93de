import type { QueueState } from './queue-state';
import type { EvaluatedSplit } from './evaluation';
import type { RunEvent, RunOutcome } from './run-event';
import type { EpochRecord } from '../tasks/data-kinds';
import {
  hasEnded,
  interrupted,
  numbered,
  withEpoch,
  withEvaluation,
  withNumbered,
  withRestored,
  withStart,
  type RunTables,
  type Standing,
} from './run-tables';
import type { ListedTrial } from './trial';

/** The child that a trainer is at, and how far: epochs from 0, steps of the epoch. */
export interface ChildProgress {
  readonly trial: number;
  /** When its trainer took it; pauses move it forward. */
  readonly since: number;
  /** Epochs that it resumed from. */
  readonly restored: number;
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
}

/** The state of a run, as bars and windows show it. Times are milliseconds since 1970. */
export interface RunState {
  /** When this session began; null before. Each pause moves it forward by its length, so that a pace leaves pauses out. */
  readonly startedAt: number | null;
  /** Trials that have ended: trained, failed or given a known reward. */
  readonly ended: number;
  readonly failed: number;
  /** When trials ended in this session; only the last ones, as many as an estimate of the time left looks at. */
  readonly endedAt: readonly number[];
  /** What each trainer is at, by its number. */
  readonly trainers: ReadonlyMap<number, ChildProgress>;
  /** The completed trial of the highest reward; of equal ones the earliest. */
  readonly best: ListedTrial | null;
  /** When the pause that lasts began; null when there is none. */
  readonly pausedAt: number | null;
  /** The trained child that is being evaluated, and how much of that is done, from 0 to 1; null when none is. */
  readonly evaluating: {
    readonly trial: number;
    readonly split: EvaluatedSplit;
    readonly share: number;
  } | null;
  /** The queue that children are trained by; null where this machine trains them. */
  readonly queue: QueueState | null;
  /** How the last session ended; null while it lasts, before the first, and after one whose process was killed. */
  readonly outcome: RunOutcome | null;
  /** Null where only the figures above are followed. */
  readonly tables: RunTables | null;
}

/** Enough for the window of `timeLeft` and the end before it. */
const rememberedEnds = 64;

export const noRunState: RunState = {
  startedAt: null,
  ended: 0,
  failed: 0,
  endedAt: [],
  trainers: new Map(),
  best: null,
  pausedAt: null,
  evaluating: null,
  queue: null,
  outcome: null,
  tables: null,
};

/** The state of a run that has stored these tables. */
export function stateOfTables(tables: RunTables): RunState {
  const best = tables.trials.reduce<ListedTrial | null>(
    (so, trial) => (isBetter(trial, so) ? trial : so),
    null,
  );
  const { ended, failed } = tables.trials.reduce(
    (counts, trial) => ({
      ended: counts.ended + Number(hasEnded(trial)),
      failed: counts.failed + Number(hasFailed(trial)),
    }),
    { ended: 0, failed: 0 },
  );
  return { ...noRunState, ended, failed, best, tables };
}

/**
 * The state of a run after an event: the one reducer of the program, the terminal and the window. Where tables are followed, an event that
 * is heard again, or that the tables already include, changes nothing in them.
 */
export function runState(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'runStarted':
      return {
        ...state,
        startedAt: event.at,
        trainers: new Map(),
        pausedAt: null,
        evaluating: null,
        outcome: null,
        tables: state.tables && interrupted(state.tables),
      };
    case 'trialProposed':
      return state.tables !== null && numbered(state.tables.trials, event.trial.number) !== undefined
        ? state
        : withTrial(state, event);
    case 'trialStarted':
      return withTrainer(
        { ...state, tables: state.tables && withStart(state.tables, event.trial, event.at) },
        event.trainer,
        { trial: event.trial, since: event.at, restored: 0, epoch: 0, step: 0, steps: 1 },
      );
    case 'trialRestored':
      return withTrainer(
        {
          ...state,
          tables: state.tables && withRestored(state.tables, event.trial, event.startedAt, event.epochs),
        },
        event.trainer,
        {
          ...childOf(state, event),
          restored: event.epochs.length,
          epoch: event.epochs.length,
          step: 0,
          steps: 1,
        },
      );
    case 'trialProgress': {
      const { epoch, step, steps } = event;
      return withTrainer(state, event.trainer, { ...childOf(state, event), epoch, step, steps });
    }
    case 'epochEnded':
      return withTrainer(
        { ...state, tables: state.tables && withEpoch(state.tables, event.trial, event.record) },
        event.trainer,
        { ...childOf(state, event), epoch: event.record.epoch + 1, step: 0, steps: 1 },
      );
    case 'trialCompleted':
    case 'trialFailed':
    case 'trialReused':
    case 'trialInterrupted':
    case 'trialRepeated':
      return withTrial(state, event);
    case 'trialRetried':
      return withTrial(state, event, { state: 'failed', reward: 0 });
    case 'evaluationProgress': {
      const { trial, split, step, steps } = event;
      return { ...state, evaluating: { trial, split, share: step / steps } };
    }
    case 'trialEvaluated':
      return {
        ...state,
        evaluating: null,
        tables: state.tables && withEvaluation(state.tables, event.evaluation),
      };
    case 'controllerUpdated':
      return {
        ...state,
        tables: state.tables && {
          ...state.tables,
          updates: withNumbered(state.tables.updates, event.update),
        },
      };
    case 'queueChanged':
      return { ...state, queue: event.queue };
    case 'runPaused':
      return { ...state, pausedAt: event.at };
    case 'runContinued':
      return afterPause(state, event.at);
    case 'runEnded':
      return {
        ...state,
        trainers: new Map(),
        pausedAt: null,
        evaluating: null,
        queue: null,
        outcome: event.outcome,
      };
  }
}

/** Adds the epochs of children that were read from the tables. */
export function withEpochs(
  state: RunState,
  found: readonly { readonly trial: number; readonly epochs: readonly EpochRecord[] }[],
): RunState {
  if (state.tables === null) return state;
  const epochs = new Map(state.tables.epochs);
  for (const { trial, epochs: records } of found) epochs.set(trial, records);
  return { ...state, tables: { ...state.tables, epochs } };
}

function hasFailed({ state }: Standing): boolean {
  return state === 'failed';
}

function isBetter(trial: ListedTrial, best: ListedTrial | null): boolean {
  if (trial.state !== 'completed' || trial.reward === null) return false;
  const least = best?.reward ?? -1;
  return trial.reward > least || (trial.reward === least && trial.number < (best?.number ?? 0));
}

/** @param before what the trial was, where the tables do not say so: it had not ended unless this says it had */
function withTrial(
  state: RunState,
  { trial, at }: { readonly trial: ListedTrial; readonly at: number },
  before?: Standing,
): RunState {
  const { tables } = state;
  const earlier = tables === null ? before : numbered(tables.trials, trial.number);
  const ended = Number(hasEnded(trial)) - Number(earlier !== undefined && hasEnded(earlier));
  const failed = Number(hasFailed(trial)) - Number(earlier !== undefined && hasFailed(earlier));
  return {
    ...state,
    ended: state.ended + ended,
    failed: state.failed + failed,
    endedAt: ended > 0 ? [...state.endedAt, at].slice(-rememberedEnds) : state.endedAt,
    trainers: new Map([...state.trainers].filter(([, child]) => child.trial !== trial.number)),
    best: isBetter(trial, state.best) ? trial : state.best,
    tables: tables && { ...tables, trials: withNumbered(tables.trials, trial) },
  };
}

function withTrainer(state: RunState, trainer: number, child: ChildProgress): RunState {
  return { ...state, trainers: new Map(state.trainers).set(trainer, child) };
}

/** What is known of the child that a trainer is at; a follower may have missed that it was taken. */
function childOf(
  { trainers }: RunState,
  { trainer, trial, at }: { readonly trainer: number; readonly trial: number; readonly at: number },
): Pick<ChildProgress, 'trial' | 'since' | 'restored'> {
  const known = trainers.get(trainer);
  return known?.trial === trial
    ? { trial, since: known.since, restored: known.restored }
    : { trial, since: at, restored: 0 };
}

function afterPause(state: RunState, at: number): RunState {
  const length = state.pausedAt === null ? 0 : at - state.pausedAt;
  return {
    ...state,
    pausedAt: null,
    startedAt: state.startedAt === null ? null : state.startedAt + length,
    endedAt: state.endedAt.map((end) => end + length),
    trainers: new Map(
      [...state.trainers].map(([trainer, child]) => [trainer, { ...child, since: child.since + length }]),
    ),
  };
}

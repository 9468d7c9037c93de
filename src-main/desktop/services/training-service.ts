import { basename } from 'node:path';
import { CellsmithError } from '../../../src-shared/errors';
import type { TrainingSession } from '../../../src-shared/ipc/training-states';
import type { MeasuredSplit, TrainingEvent } from '../../../src-shared/training/training-event';
import {
  noTraining,
  trainingAfter,
  trainingTimeLeft,
  type TrainingProgress,
} from '../../../src-shared/training/training-progress';
import { requireUnfinished, trainersOfResumed } from '../../training/choose-training';
import {
  prepareTraining,
  reopenTraining,
  type ReadyTraining,
  type TrainingOrder,
  type TrainingParts,
} from '../../training/prepare-training';
import { trainArchitecture } from '../../training/train-architecture';
import { readTrainingRecord } from '../../training/training-record';
import { problemOf } from '../app-log';
import { isCancelled, unlessCancelled, type SearchServiceParts } from './search-service';
import { readingOf } from './dataset-service';

/** What to train: something new, or a training that is there already, from where it is. */
export type TrainingTask = { readonly test: boolean } & (
  | { readonly kind: 'new'; readonly order: TrainingOrder; readonly threads: number | null }
  /** `data` is where they are now; undefined where they were. */
  | { readonly kind: 'resume'; readonly folder: string; readonly data: string | undefined }
);

/** The one training of the program. */
export interface TrainingService {
  readonly state: TrainingSession;
  /** @throws CellsmithError run.locked while another runs here; config.invalid when nothing is left to do; what `readTrainingRecord` throws */
  start(task: TrainingTask): void;
  readonly stop: (when: 'afterEpoch' | 'now') => void;
  dismissProblem(): void;
  /** Resolves when nothing runs any more. */
  readonly ended: () => Promise<void>;
}

export interface TrainingServiceParts extends Pick<
  SearchServiceParts,
  'spawn' | 'prepare' | 'engine' | 'version'
> {
  /** Receives progress at most four times a second. */
  readonly onState: (state: TrainingSession) => void;
}

/** A training under way. */
interface UnderWay {
  readonly training: string;
  readonly name: string;
  progress: TrainingProgress;
  measuring: { readonly split: MeasuredSplit; readonly share: number } | null;
}

/** Between two messages of progress; milliseconds. */
const bundling = 250;

export function trainingService(parts: TrainingServiceParts): TrainingService {
  let state: TrainingSession = { kind: 'idle', training: null, problem: null };
  let current: UnderWay | null = null;
  let timer: NodeJS.Timeout | null = null;
  let afterEpoch = new AbortController();
  let now = new AbortController();
  let underWay: Promise<void> = Promise.resolve();

  const change = (next: TrainingSession): void => {
    state = next;
    parts.onState(next);
  };
  const ending = (): 'afterEpoch' | 'now' | null =>
    now.signal.aborted ? 'now' : afterEpoch.signal.aborted ? 'afterEpoch' : null;
  const show = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (current !== null) change(trainingState(current, ending()));
  };
  const onEvent = (event: TrainingEvent): void => {
    if (current === null) return;
    current.progress = trainingAfter(current.progress, event);
    if (event.type === 'measureProgress')
      current.measuring = { split: event.split, share: event.step / event.steps };
    if (event.type === 'measured') current.measuring = null;
    timer ??= setTimeout(show, bundling);
  };

  const prepared = (task: TrainingTask): Promise<ReadyTraining> => {
    const training = task.kind === 'resume' ? basename(task.folder) : null;
    change({ kind: 'preparing', training, step: 'data', reading: null });
    const preparing: TrainingParts = {
      prepare: parts.prepare,
      reading: {
        signal: now.signal,
        onProgress: (progress) =>
          change({ kind: 'preparing', training, step: 'data', reading: readingOf(progress) }),
      },
      engine: () => {
        change({ kind: 'preparing', training, step: 'engine', reading: null });
        return unlessCancelled(parts.engine(), now.signal);
      },
      version: parts.version,
    };
    return task.kind === 'new'
      ? prepareTraining(task.order, preparing)
      : reopenTraining(task.folder, task.data, preparing);
  };

  const train = async (task: TrainingTask, ready: ReadyTraining): Promise<void> => {
    const { name, child, epochs } = ready.record;
    const done = epochs.length;
    const progress = { ...noTraining, epochs: child.recipe.epochs, earlier: done, done };
    current = { training: basename(ready.folder), name, progress, measuring: null };
    show();
    const trainers = task.kind === 'new' ? task.order.subject.base.trainers : trainersOfResumed;
    const threads = task.kind === 'new' ? task.threads : null;
    const record = await trainArchitecture(ready, {
      trainers: { ...trainers, count: 1, threads },
      spawn: parts.spawn,
      listener: onEvent,
      stop: { afterEpoch: afterEpoch.signal, now: now.signal },
      test: task.test,
    });
    if (record.outcome === 'failed')
      throw new CellsmithError('child.failed', record.message ?? 'The training failed.');
  };

  const work = async (task: TrainingTask): Promise<void> => {
    let training = task.kind === 'resume' ? basename(task.folder) : null;
    let problem: unknown = null;
    try {
      const ready = await prepared(task);
      training = basename(ready.folder);
      await train(task, ready);
    } catch (error) {
      problem = error;
    } finally {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      current = null;
    }
    const quiet = problem === null || now.signal.aborted || isCancelled(problem);
    change({ kind: 'idle', training, problem: quiet ? null : problemOf(problem) });
  };

  return {
    get state() {
      return state;
    },
    start: (task) => {
      if (state.kind !== 'idle')
        throw new CellsmithError('run.locked', 'A training is running: stop it before you start another.');
      if (task.kind === 'resume') requireUnfinished(task.folder, readTrainingRecord(task.folder), task.test);
      afterEpoch = new AbortController();
      now = new AbortController();
      underWay = work(task);
    },
    stop: (when) => {
      if (state.kind === 'idle') return;
      // Nothing is lost while there is only preparation.
      if (when === 'now' || state.kind === 'preparing') now.abort();
      else afterEpoch.abort();
      show();
    },
    dismissProblem: () => {
      if (state.kind === 'idle') change({ ...state, problem: null });
    },
    ended: () => underWay,
  };
}

function trainingState(
  { training, name, progress, measuring }: UnderWay,
  ending: 'afterEpoch' | 'now' | null,
): TrainingSession {
  const { done, epochs } = progress;
  return {
    kind: 'training',
    training,
    name,
    epochs: { done: Math.min(epochs, Math.floor(done)), wanted: epochs },
    share: Math.min(1, done / epochs),
    timeLeft: trainingTimeLeft(progress, Date.now()),
    measuring,
    ending,
  };
}

import { CellsmithError } from '../../../src-shared/errors';
import type { RunDetail } from '../../../src-shared/ipc/run-detail';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { SessionState } from '../../../src-shared/ipc/states';
import { paceOf, partDone, type BudgetUsed, timeLeft } from '../../../src-shared/run/progress';
import type { RunEvent } from '../../../src-shared/run/run-event';
import { runState, type ChildProgress, type RunState } from '../../../src-shared/run/run-state';
import type { EngineInstallation } from '../../engine/provision/installation';
import { budgetUsed, earlierState, epochsOfChildren } from '../../runs/summarise-run';
import type { WritableRun } from '../../runs/run-folder';
import {
  type PrepareData,
  prepareSearch,
  type ReadySearch,
  type SearchOrder,
} from '../../search/prepare-search';
import type { RetryRequest } from '../../search/retry-failures';
import type { SearchControl } from '../../search/search-state';
import { evaluatesOnly, type TestRequest } from '../../search/evaluate-children';
import { searchWithTrainers } from '../../search/search-with-trainers';
import type { QueueTarget } from '../../workers/queue/producer/queue-pool';
import { queueAddressOf, valueOf } from '../../workers/queue/wire/address';
import { sharedVariable } from '../../workers/queue/wire/files';
import type { SpawnTrainer } from '../../workers/trainer-process';
import { problemOf } from '../app-log';
import { readingOf } from './dataset-service';

/** The one search of the program. */
export interface SearchService {
  readonly state: SessionState;
  /** @throws CellsmithError 'run.locked' while another search runs here */
  start(order: SearchOrder, test?: TestRequest): void;
  readonly stop: (when: 'afterEpoch' | 'now') => void;
  dismissProblem(): void;
  /** Controls the running search. @throws CellsmithError 'run.not-searching' when there is none */
  control(): SearchControl;
  /** Sets another budget for the search. @throws as `control` */
  extend(budget: SearchConfig['budget']): void;
  /** Live state of a run whose search is running here; null for others. */
  live(folder: string): RunDetail['live'];
  /** Resolves when nothing runs any more. */
  readonly ended: () => Promise<void>;
}

export interface SearchServiceParts {
  readonly spawn: SpawnTrainer;
  readonly prepare: PrepareData;
  readonly engine: () => Promise<EngineInstallation>;
  readonly version: string;
  readonly onState: (state: SessionState) => void;
  /** Receives batched events, at most four times a second. */
  readonly onEvents: (folder: string, events: RunEvent[]) => void;
}

/** A search under way. */
interface Search {
  run: WritableRun;
  control: SearchControl | null;
  readonly used: () => BudgetUsed;
  readonly epochsOf: (trial: number) => number;
  state: RunState;
}

/** Between two bundles of events; milliseconds. */
const bundling = 250;

export function searchService(parts: SearchServiceParts): SearchService {
  let state: SessionState = { kind: 'idle', folder: null, problem: null };
  let search: Search | null = null;
  let waiting: RunEvent[] = [];
  let timer: NodeJS.Timeout | null = null;
  let afterEpoch = new AbortController();
  let now = new AbortController();
  let underWay: Promise<void> = Promise.resolve();

  const change = (next: SessionState): void => {
    state = next;
    parts.onState(next);
  };
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (search === null || waiting.length === 0) return;
    parts.onEvents(search.run.folder, waiting);
    waiting = [];
    change(searchingState(search, ending()));
  };
  const ending = (): 'afterEpoch' | 'now' | null =>
    now.signal.aborted ? 'now' : afterEpoch.signal.aborted ? 'afterEpoch' : null;
  const onEvent = (event: RunEvent): void => {
    if (search === null) return;
    search.state = runState(search.state, event);
    waiting.push(event);
    timer ??= setTimeout(flush, bundling);
  };

  const searchIn = async (
    { run, data, location, software }: ReadySearch,
    retry: RetryRequest | undefined,
    test: TestRequest,
  ): Promise<void> => {
    const [used, epochsOf] = [budgetUsed(run), epochsOfChildren(run)];
    search = { run, control: null, used, epochsOf, state: earlierState(run) };
    change(searchingState(search, ending()));
    await searchWithTrainers(run, {
      data: data.trainFolder,
      location,
      test,
      spawn: parts.spawn,
      queue: queueTargetOf(run.manifest.config),
      listener: onEvent,
      stop: { afterEpoch: afterEpoch.signal, now: now.signal },
      software,
      onBegin: (control) => {
        if (search !== null) search.control = control;
        if (retry !== undefined) control.retry(retry);
      },
    });
  };

  const work = async (order: SearchOrder, test: TestRequest): Promise<void> => {
    let run: WritableRun | null = null;
    let problem: unknown = null;
    const folder = order.kind === 'resume' ? order.folder : null;
    try {
      change({ kind: 'preparing', folder, step: 'data', reading: null });
      const ready = await prepareSearch(order, {
        prepare: parts.prepare,
        reading: {
          signal: now.signal,
          onProgress: (progress) =>
            change({ kind: 'preparing', folder, step: 'data', reading: readingOf(progress) }),
        },
        engine: ({ trainers }) => {
          if (trainers.queue !== null && !evaluatesOnly(test)) return Promise.resolve(null);
          change({ kind: 'preparing', folder, step: 'engine', reading: null });
          return unlessCancelled(parts.engine(), now.signal);
        },
        version: parts.version,
      });
      ({ run } = ready);
      now.signal.throwIfAborted();
      await searchIn(ready, order.kind === 'resume' ? order.retry : undefined, test);
    } catch (error) {
      problem = error;
    } finally {
      flush();
      search = null;
      run?.close();
    }
    const quiet = problem === null || now.signal.aborted || isCancelled(problem);
    change({ kind: 'idle', folder: run?.folder ?? folder, problem: quiet ? null : problemOf(problem) });
  };

  const control = (): SearchControl => {
    if (search?.control) return search.control;
    throw new CellsmithError('run.not-searching', 'No run is in progress.');
  };
  return {
    get state() {
      return state;
    },
    start: (order, test = 'none') => {
      if (state.kind !== 'idle')
        throw new CellsmithError('run.locked', 'A run is in progress: stop it before you start another.');
      afterEpoch = new AbortController();
      now = new AbortController();
      underWay = work(order, test);
    },
    stop: (when) => {
      if (state.kind === 'idle') return;
      // Nothing is lost while there is only preparation.
      if (when === 'now' || state.kind === 'preparing') now.abort();
      else afterEpoch.abort();
      if (search !== null) change(searchingState(search, ending()));
    },
    control,
    extend: (budget) => {
      const run = control().extend(budget);
      if (search === null) return;
      search.run = run;
      change(searchingState(search, ending()));
    },
    dismissProblem: () => {
      if (state.kind === 'idle') change({ ...state, problem: null });
    },
    live: (folder) => {
      if (search?.run.folder !== folder) return null;
      const { startedAt, trainers, queue } = search.state;
      return {
        startedAt,
        activeBefore: search.used().activeBefore,
        trainers: [...trainers].map(([trainer, child]) => ({ trainer, ...child })),
        queue,
      };
    },
    ended: () => underWay,
  };
}

function searchingState(
  { run, state, used, epochsOf }: Search,
  ending: 'afterEpoch' | 'now' | null,
): SessionState {
  const { config } = run.manifest;
  const { children, multiplyAdds } = config.budget;
  const spent = used();
  const left = timeLeft(paceOf(state, config, spent, epochsOf, Date.now()));
  const underWay = [...state.trainers.values()];
  const [child] = underWay;
  const part = underWay.reduce((sum, one) => sum + partDone(one, epochsOf(one.trial)), 0);
  const shares = [
    ...(children === null ? [] : [(state.ended + part) / children]),
    ...(multiplyAdds === null ? [] : [(spent.multiplyAdds ?? 0) / multiplyAdds]),
  ];
  const known = left !== null && left.uncertainty <= 0.75 * left.milliseconds;
  return {
    kind: 'searching',
    folder: run.folder,
    name: config.name,
    ended: state.ended,
    running: state.trainers.size,
    epoch: children === 1 && child !== undefined ? epochOf(child, epochsOf(child.trial)) : null,
    share: shares.length === 0 ? null : Math.min(1, Math.max(...shares)),
    timeLeft: known ? left : null,
    ending,
    paused: state.pausedAt !== null,
  };
}

/** The queue of a configuration; its password is the environment's. */
function queueTargetOf({ trainers }: SearchConfig): QueueTarget | null {
  if (trainers.queue === null) return null;
  return {
    address: queueAddressOf(trainers.queue, process.env),
    shared: valueOf(process.env, sharedVariable) ?? null,
  };
}

/** Others may wait for the same work, such as the engine's installation: it continues, but this caller stops waiting. */
function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new CellsmithError('cancelled', 'Cancelled.'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

function isCancelled(problem: unknown): boolean {
  return problem instanceof CellsmithError && problem.code === 'cancelled';
}

function epochOf({ epoch }: ChildProgress, of: number): { current: number; of: number } {
  return { current: Math.min(epoch + 1, of), of };
}

import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { errorMessage } from '../../src-shared/errors';
import type { RunDetail, TrainerAtWork } from '../../src-shared/ipc/run-detail';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { recipeOfChild } from '../../src-shared/tasks/searched';
import type { RunEvent } from '../../src-shared/run/run-event';
import { noRunState, runState, stateOfTables, withEpochs } from '../../src-shared/run/run-state';
import type { RunSummary } from '../../src-shared/run/run-summary';
import { ask, askForRun, subscribe } from '../bridge';

/** Maximum number of children per request for epochs. */
const childrenAtOnce = 64;

/**
 * The run that its page shows. It is read once as a whole and then kept up to date by its events: those that the program sends for its
 * own search, or those stored by another process that runs the search.
 */
export const useRun = defineStore('run', () => {
  const folder = ref<string | null>(null);
  const detail = shallowRef<RunDetail | null>(null);
  const problem = ref<string | null>(null);
  const state = shallowRef(noRunState);
  /** The id of the last stored event that is known. */
  let lastEvent = 0;
  let following = false;

  async function open(wanted: string): Promise<void> {
    if (folder.value !== wanted) {
      detail.value = null;
      state.value = noRunState;
    }
    folder.value = wanted;
    problem.value = null;
    try {
      const found = await askForRun(wanted);
      if (folder.value !== wanted) return;
      const { trials, updates, evaluations, live } = found;
      const epochs = state.value.tables?.epochs ?? new Map();
      detail.value = found;
      lastEvent = found.lastEvent;
      state.value = {
        ...stateOfTables({ trials, updates, evaluations, epochs }),
        queue: live?.queue ?? null,
        trainers: new Map(live?.trainers.map(({ trainer, ...child }) => [trainer, child])),
      };
    } catch (error) {
      if (folder.value === wanted) problem.value = errorMessage(error);
    }
  }

  /** Reads what another process has stored since; when it has ended, or cannot be followed, the run is read again. */
  async function follow(): Promise<void> {
    const { value: path } = folder;
    const known = detail.value;
    if (path === null || known === null || following) return;
    following = true;
    try {
      const news = await ask('followRun', { folder: path, after: lastEvent });
      if (detail.value !== known) return;
      if (news?.status !== 'running' && news?.status !== 'paused') {
        await open(path);
        return;
      }
      lastEvent = news.last;
      take(news.events);
      const { summary } = known;
      if (news.status !== summary.state)
        detail.value = { ...known, summary: { ...summary, state: news.status } };
    } catch {
      // Opening it reports what is wrong.
      if (folder.value === path) await open(path);
    } finally {
      following = false;
    }
  }

  /** Loads the epochs of these children if missing. */
  async function needEpochs(numbers: readonly number[]): Promise<void> {
    const { value: path } = folder;
    const missing = numbers.filter((number) => !epochs.value.has(number));
    if (path === null || missing.length === 0) return;
    const found = await ask('readEpochs', { folder: path, trials: missing.slice(0, childrenAtOnce) });
    if (folder.value === path) state.value = withEpochs(state.value, found);
  }

  subscribe('runEvents', ({ folder: from, events }) => {
    if (from === folder.value && detail.value !== null) take(events);
  });

  function take(events: readonly RunEvent[]): void {
    state.value = events.reduce(runState, state.value);
  }

  const inOrder = computed(() => state.value.tables?.trials ?? []);
  const updates = computed(() => state.value.tables?.updates ?? []);
  const epochs = computed(() => state.value.tables?.epochs ?? new Map<number, readonly EpochRecord[]>());
  const trainers = computed(() =>
    [...state.value.trainers]
      .map(([trainer, child]): TrainerAtWork => ({ trainer, ...child }))
      .sort((a, b) => a.trainer - b.trainer),
  );
  const evaluations = computed(() => state.value.tables?.evaluations ?? []);
  const evaluating = computed(() => state.value.evaluating);
  const queue = computed(() => state.value.queue);
  const ended = computed(() => inOrder.value.filter(({ reward }) => reward !== null));
  const failures = computed(() => inOrder.value.filter(({ state: of }) => of === 'failed'));
  /** Completed children by reward, as the run folder ranks them: reused results are the same networks. */
  const ranking = computed(() =>
    inOrder.value
      .filter(({ state: of, reward }) => of === 'completed' && reward !== null)
      .sort((a, b) => (b.reward ?? 0) - (a.reward ?? 0) || a.number - b.number),
  );
  const summary = computed<RunSummary | null>(() => detail.value?.summary ?? null);
  /** Epochs that a child is trained for. */
  function epochsOf(number: number): number {
    const config = detail.value?.config;
    const decisions = inOrder.value.find((trial) => trial.number === number)?.decisions ?? [];
    return config === undefined ? 1 : recipeOfChild(config, decisions).epochs;
  }
  /** Whether it trains one child and no more: its epochs say how far it is, and there is nothing to rank or to learn from. */
  const isSingle = computed(() => detail.value?.config.budget.children === 1);

  return {
    ...{ folder, detail, problem, summary, isSingle },
    ...{ inOrder, ended, failures, ranking, updates, epochs, evaluations, evaluating, trainers, queue },
    ...{ open, follow, needEpochs, epochsOf },
  };
});

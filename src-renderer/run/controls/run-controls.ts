import { computed, ref } from 'vue';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import { errorMessage } from '../../../src-shared/errors';
import { evaluationOf } from '../../../src-shared/run/evaluation';
import { ask } from '../../bridge';
import { useApp } from '../../stores/app';
import { useRun } from '../../stores/run';

/** Why the last request of the run page failed. */
const problem = ref<string | null>(null);
/** Asks for the last thing again, with the data set elsewhere; null after a reload. */
let askAgain: ((data: string) => void) | null = null;

/** Controls and state of the search of the displayed run. */
export function useRunControls() {
  const app = useApp();
  const run = useRun();
  const searching = computed(() =>
    app.session.kind === 'searching' && app.session.folder === run.folder ? app.session : null,
  );
  /** Whether this program searches in the run right now. */
  const here = computed(() => searching.value !== null);
  const paused = computed(() => searching.value?.paused === true);
  const ending = computed(() => searching.value?.ending ?? null);
  /** Whether another program does. */
  const elsewhere = computed(
    () => !here.value && (run.summary?.state === 'running' || run.summary?.state === 'paused'),
  );
  /** Whether failed children can be trained again: while the search runs, or where it can be resumed for them. */
  const mayRetry = computed(() =>
    here.value ? ending.value === null : !elsewhere.value && app.busy === null,
  );

  async function attempt(action: () => Promise<unknown>): Promise<void> {
    problem.value = null;
    try {
      await action();
    } catch (error) {
      problem.value = errorMessage(error);
    }
  }

  function setPaused(next: boolean): void {
    void attempt(() => ask('pauseSearch', { paused: next }));
  }

  function stopChild(trial: number): void {
    void attempt(() => ask('stopChild', { trial }));
  }

  /** Asks for something that needs the data set, which may turn out to have moved. */
  function askWithData(request: (folder: string, data: string | null) => Promise<unknown>): void {
    const { folder } = run;
    if (folder === null) return;
    askAgain = (data) => void attempt(() => request(folder, data));
    void attempt(() => request(folder, null));
  }

  /**
   * @param budget another one; null keeps that of the run
   * @param test whether given children are evaluated on the test split at the end
   */
  function resume(budget: SearchConfig['budget'] | null, test = false): void {
    askWithData((folder, data) => ask('resumeSearch', { folder, budget, data, test }));
  }

  /** Evaluates a trained child on the test split. */
  function evaluate(trial: number): void {
    askWithData((folder, data) => ask('evaluateOnTest', { folder, trial, data }));
  }

  /** @param trials null for all whose failure may have been the machine's */
  function retry(trials: number[] | null): void {
    askWithData((folder, data) => ask('retryFailures', { folder, trials, data }));
  }

  /** Whether the last request failed because the data set is not where it was, or not what it was. */
  const lostData = computed(
    () =>
      app.session.kind === 'idle' &&
      app.session.folder === run.folder &&
      app.session.problem?.code.startsWith('data.') === true,
  );

  /** Asks where the data set is now, and then for the same again, or to resume the run. */
  async function locateData(): Promise<void> {
    const data = await ask('chooseDataset', { what: 'folder' });
    const { folder } = run;
    if (data === null || folder === null) return;
    if (askAgain !== null) askAgain(data);
    else await attempt(() => ask('resumeSearch', { folder, budget: null, data, test: false }));
  }

  /** Whether a child is trained and can be evaluated on the test split, which is done once. */
  function mayEvaluate(trial: number): boolean {
    return (
      app.busy === null &&
      !elsewhere.value &&
      run.detail?.weights.includes(trial) === true &&
      run.ranking.some(({ number }) => number === trial) &&
      evaluationOf(run.evaluations, trial, 'test') === undefined
    );
  }

  return {
    ...{ problem, here, paused, ending, elsewhere, mayRetry, lostData },
    ...{ attempt, setPaused, stopChild, resume, retry, evaluate, mayEvaluate, locateData },
  };
}

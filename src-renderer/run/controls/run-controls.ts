import { computed, ref } from 'vue';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import { errorMessage } from '../../../src-shared/errors';
import { evaluationOf } from '../../../src-shared/run/evaluation';
import { ask } from '../../bridge';
import { useApp } from '../../stores/app';
import { useRun } from '../../stores/run';

/** Why the last request of the run page failed. */
const problem = ref<string | null>(null);

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

  /**
   * @param budget another one; null keeps that of the run
   * @param test whether given children are evaluated on the test split at the end
   */
  function resume(data: string | null, budget: SearchConfig['budget'] | null, test = false): void {
    const { folder } = run;
    if (folder !== null) void attempt(() => ask('resumeSearch', { folder, budget, data, test }));
  }

  /** Evaluates a trained child on the test split. */
  function evaluate(trial: number): void {
    const { folder } = run;
    if (folder !== null) void attempt(() => ask('evaluateOnTest', { folder, trial, data: null }));
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

  /** @param trials null for all whose failure may have been the machine's */
  function retry(trials: number[] | null): void {
    const { folder } = run;
    if (folder !== null) void attempt(() => ask('retryFailures', { folder, trials, data: null }));
  }

  return {
    ...{ problem, here, paused, ending, elsewhere, mayRetry },
    ...{ attempt, setPaused, stopChild, resume, retry, evaluate, mayEvaluate },
  };
}

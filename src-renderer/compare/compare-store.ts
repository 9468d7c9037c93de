import { defineStore } from 'pinia';
import { computed, shallowRef, triggerRef } from 'vue';
import { errorMessage } from '../../src-shared/errors';
import type { RunDetail } from '../../src-shared/ipc/run-detail';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { runState, stateOfTables, withEpochs, type RunState } from '../../src-shared/run/run-state';
import { ask, askForRun, subscribe } from '../bridge';
import type { ChildReference } from './selection';

/** Figures of a run that searches now are drawn again this often, in milliseconds. */
const redrawEvery = 5000;
/** Maximum number of children per request for epochs. */
const childrenAtOnce = 64;

interface Compared {
  readonly detail: RunDetail;
  readonly state: RunState;
}

/** The runs that are compared, and the epochs of chosen children. */
export const useCompare = defineStore('compare', () => {
  const runs = shallowRef(new Map<string, Compared>());
  const problems = shallowRef(new Map<string, string>());
  const asked = new Set<string>();
  let drawn = 0;

  const redraw = (): void => {
    drawn = Date.now();
    triggerRef(runs);
  };

  async function load(folder: string): Promise<void> {
    if (asked.has(folder)) return;
    asked.add(folder);
    try {
      const detail = await askForRun(folder);
      const epochs = runs.value.get(folder)?.state.tables?.epochs ?? new Map<number, EpochRecord[]>();
      const { trials, updates, evaluations } = detail;
      runs.value.set(folder, { detail, state: stateOfTables({ trials, updates, evaluations, epochs }) });
      problems.value.delete(folder);
    } catch (error) {
      problems.value.set(folder, errorMessage(error));
    } finally {
      asked.delete(folder);
    }
    redraw();
    triggerRef(problems);
  }

  /** Loads these runs, or reloads them. */
  async function open(folders: readonly string[]): Promise<void> {
    await Promise.all(folders.map(load));
  }

  /** Loads the epochs of these children if missing. */
  async function needEpochs(children: readonly ChildReference[]): Promise<void> {
    const missing = new Map<string, number[]>();
    for (const { folder, trial } of children)
      if (runs.value.get(folder)?.state.tables?.epochs.has(trial) === false)
        missing.set(folder, [...(missing.get(folder) ?? []), trial]);
    for (const [folder, trials] of missing)
      try {
        const found = await ask('readEpochs', { folder, trials: trials.slice(0, childrenAtOnce) });
        const known = runs.value.get(folder);
        if (known) runs.value.set(folder, { ...known, state: withEpochs(known.state, found) });
        // Only now: charts ask for epochs whenever the runs are redrawn.
        redraw();
      } catch (error) {
        problems.value.set(folder, errorMessage(error));
        triggerRef(problems);
      }
  }

  subscribe('runEvents', ({ folder, events }) => {
    const known = runs.value.get(folder);
    if (known === undefined) return;
    runs.value.set(folder, { ...known, state: events.reduce(runState, known.state) });
    // Its summary has changed too.
    if (events.some(({ type }) => type === 'runEnded')) void load(folder);
    else if (Date.now() - drawn > redrawEvery) redraw();
  });

  const details = computed(
    () =>
      new Map(
        [...runs.value].map(([folder, { detail, state }]): [string, RunDetail] => [
          folder,
          state.tables === null
            ? detail
            : { ...detail, trials: state.tables.trials, updates: state.tables.updates },
        ]),
      ),
  );
  /** By folder, then by number of the trial. */
  const epochs = computed(
    () =>
      new Map(
        [...runs.value].flatMap(([folder, { state }]) =>
          state.tables === null ? [] : [[folder, state.tables.epochs] as const],
        ),
      ),
  );

  return { details, problems, epochs, open, needEpochs };
});

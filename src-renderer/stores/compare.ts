import { defineStore } from 'pinia';
import { shallowRef, triggerRef } from 'vue';
import { errorMessage } from '../../src-shared/errors';
import type { RunDetail } from '../../src-shared/ipc/run-detail';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { ask, askForRun, hear } from '../bridge';
import type { ChildReference } from '../compare/selection';

/** A run that searches now is asked for again this often, in milliseconds. */
const refreshEvery = 5000;
/** The program gives the epochs of so many children at a time. */
const childrenAtOnce = 64;

/** The runs that stand beside each other, and the epochs of chosen children. */
export const useCompare = defineStore('compare', () => {
  const details = shallowRef(new Map<string, RunDetail>());
  const problems = shallowRef(new Map<string, string>());
  /** By folder, then by number of the trial. */
  const epochs = shallowRef(new Map<string, Map<number, EpochRecord[]>>());
  const refreshed = new Map<string, number>();
  const asked = new Set<string>();

  async function load(folder: string): Promise<void> {
    if (asked.has(folder)) return;
    asked.add(folder);
    refreshed.set(folder, Date.now());
    try {
      details.value.set(folder, await askForRun(folder));
      problems.value.delete(folder);
    } catch (error) {
      problems.value.set(folder, errorMessage(error));
    } finally {
      asked.delete(folder);
    }
    triggerRef(details);
    triggerRef(problems);
  }

  /** Makes sure that these runs are known. What was known of them before is asked for anew. */
  async function open(folders: readonly string[]): Promise<void> {
    await Promise.all(folders.map(load));
  }

  /** Makes sure that the epochs of these children are known. */
  async function needEpochs(children: readonly ChildReference[]): Promise<void> {
    const missing = new Map<string, number[]>();
    for (const { folder, trial } of children)
      if (details.value.has(folder) && epochs.value.get(folder)?.has(trial) !== true)
        missing.set(folder, [...(missing.get(folder) ?? []), trial]);
    for (const [folder, trials] of missing)
      try {
        const found = await ask('readEpochs', { folder, trials: trials.slice(0, childrenAtOnce) });
        const known = epochs.value.get(folder) ?? new Map<number, EpochRecord[]>();
        for (const { trial, epochs: records } of found) known.set(trial, records);
        epochs.value.set(folder, known);
      } catch (error) {
        problems.value.set(folder, errorMessage(error));
        triggerRef(problems);
      }
    triggerRef(epochs);
  }

  hear('runEvents', ({ folder, events }) => {
    if (!details.value.has(folder)) return;
    // Their curves have grown, or begun anew.
    for (const event of events)
      if (event.type === 'epochEnded' || event.type === 'trialStarted' || event.type === 'trialRestored')
        epochs.value.get(folder)?.delete(event.trial);
    const ended = events.some(({ type }) => type === 'runEnded');
    if (ended || Date.now() - (refreshed.get(folder) ?? 0) > refreshEvery) void load(folder);
  });

  return { details, problems, epochs, open, needEpochs };
});

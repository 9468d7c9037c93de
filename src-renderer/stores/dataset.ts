import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { DatasetDescription } from '../../src-shared/tasks/data-kinds';
import { CellsmithError, errorMessage } from '../../src-shared/errors';
import type { Reading } from '../../src-shared/ipc/states';
import { ask, subscribe } from '../bridge';
import { dataView } from '../tasks';

/** The data set that the user has opened: described, being described, or why it cannot be. */
export const useDataset = defineStore('dataset', () => {
  const path = ref<string | null>(null);
  const description = shallowRef<DatasetDescription | null>(null);
  const reading = shallowRef<Reading | null>(null);
  const problem = ref<string | null>(null);
  /** Training images by their class; they come after the description. */
  const examples = shallowRef(new Map<number, string[]>());

  subscribe('describing', (event) => {
    if (event.path === path.value && description.value === null) reading.value = event.reading;
  });

  /** Opens a path, unless it is open already and could be read. */
  async function open(wanted: string): Promise<void> {
    if (path.value === wanted && problem.value === null) return;
    path.value = wanted;
    description.value = null;
    examples.value = new Map();
    reading.value = null;
    problem.value = null;
    try {
      const found = await ask('describeDataset', { path: wanted });
      if (path.value !== wanted) return;
      description.value = found;
      if (dataView(found.kind).hasExamples) void showExamples(wanted);
    } catch (error) {
      if (path.value !== wanted) return;
      const cancelled = error instanceof CellsmithError && error.code === 'cancelled';
      problem.value = cancelled
        ? 'Reading was cancelled. Open the data set again to continue.'
        : errorMessage(error);
    } finally {
      if (path.value === wanted) reading.value = null;
    }
  }

  async function showExamples(wanted: string): Promise<void> {
    // The description is valid without them, and lists what cannot be read.
    const found = await ask('readExamples', { path: wanted }).catch(() => []);
    if (path.value !== wanted) return;
    const byClass = new Map<number, string[]>();
    for (const { label, image } of found) byClass.set(label, [...(byClass.get(label) ?? []), image]);
    examples.value = byClass;
  }

  async function choose(what: 'folder' | 'file'): Promise<string | null> {
    return ask('chooseDataset', { what });
  }

  async function cancel(): Promise<void> {
    await ask('cancelDescribing', null);
  }

  return { path, description, examples, reading, problem, open, choose, cancel };
});

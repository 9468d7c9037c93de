import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { DatasetDescription } from '../../src-shared/dataset/description';
import { CellsmithError, errorMessage } from '../../src-shared/errors';
import type { Reading } from '../../src-shared/ipc/states';
import { ask, hear } from '../bridge';

/** The data set that the user has opened: described, being described, or why it cannot be. */
export const useDataset = defineStore('dataset', () => {
  const path = ref<string | null>(null);
  const description = shallowRef<DatasetDescription | null>(null);
  const reading = shallowRef<Reading | null>(null);
  const problem = ref<string | null>(null);

  hear('describing', (event) => {
    if (event.path === path.value && description.value === null) reading.value = event.reading;
  });

  /** Opens a path, unless it is open already and could be read. */
  async function open(wanted: string): Promise<void> {
    if (path.value === wanted && problem.value === null) return;
    path.value = wanted;
    description.value = null;
    reading.value = null;
    problem.value = null;
    try {
      const found = await ask('describeDataset', { path: wanted });
      if (path.value === wanted) description.value = found;
    } catch (error) {
      if (path.value !== wanted) return;
      const cancelled = error instanceof CellsmithError && error.code === 'cancelled';
      problem.value = cancelled
        ? 'Reading was cancelled. Open the data set again to go on.'
        : errorMessage(error);
    } finally {
      if (path.value === wanted) reading.value = null;
    }
  }

  async function choose(what: 'folder' | 'file'): Promise<string | null> {
    return ask('chooseDataset', { what });
  }

  async function cancel(): Promise<void> {
    await ask('cancelDescribing', null);
  }

  return { path, description, reading, problem, open, choose, cancel };
});

import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue';
import { errorMessage } from '../../src-shared/errors';
import type { TrainingDetail } from '../../src-shared/ipc/training-states';
import { ask } from '../bridge';
import { useApp } from '../stores/app';

/** What another process writes is looked at so often; milliseconds. */
const looking = 3000;

/**
 * The training that a page shows: as its folder has it, read anew after each epoch, and what the program says of it while it trains it.
 * @param training the name of its folder
 */
export function useShownTraining(training: () => string) {
  const app = useApp();
  const detail = shallowRef<TrainingDetail | null>(null);
  /** Why the training cannot be shown. */
  const problem = ref<string | null>(null);

  /** What was read while this program trained it does not say how it has ended. */
  const isOld = ref(false);

  async function read(): Promise<void> {
    const wanted = training();
    try {
      const found = await ask('openTraining', { training: wanted });
      if (wanted !== training()) return;
      detail.value = found;
      problem.value = null;
      isOld.value = false;
    } catch (error) {
      if (wanted === training()) problem.value = errorMessage(error);
    }
  }

  const session = computed(() => (app.training.training === training() ? app.training : null));
  /** While this program trains it. */
  const live = computed(() => (session.value?.kind === 'training' ? session.value : null));
  /** The process that trains it, when that is another one. */
  const elsewhere = computed(() => {
    if (isOld.value || (session.value !== null && session.value.kind !== 'idle')) return null;
    return detail.value?.summary.holder ?? null;
  });
  const state = computed(() => (live.value === null ? (detail.value?.summary.state ?? null) : 'running'));
  watch(
    () => [training(), session.value?.kind, live.value?.epochs.done, live.value?.measuring?.split].join(' '),
    () => {
      isOld.value = true;
      void read();
    },
    { immediate: true },
  );
  const timer = setInterval(() => {
    if (elsewhere.value !== null) void read();
  }, looking);
  onBeforeUnmount(() => clearInterval(timer));
  return { detail, problem, session, live, elsewhere, state };
}

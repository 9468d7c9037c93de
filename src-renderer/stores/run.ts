import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import { errorMessage } from '../../src-shared/errors';
import type { RunDetail, TrainerAtWork } from '../../src-shared/ipc/run-detail';
import type { QueueState } from '../../src-shared/run/queue-state';
import type { ControllerUpdate, RunEvent } from '../../src-shared/run/run-event';
import type { RunSummary } from '../../src-shared/run/run-summary';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import type { ListedTrial } from '../../src-shared/run/trial';
import { ask, askForRun, hear } from '../bridge';

/**
 * The run that its page shows. It is asked for as a whole and then kept up to date by events; an event that is heard twice, or that
 * the answer knew already, changes nothing.
 */
export const useRun = defineStore('run', () => {
  const folder = ref<string | null>(null);
  const detail = shallowRef<RunDetail | null>(null);
  const problem = ref<string | null>(null);
  const trials = shallowRef(new Map<number, ListedTrial>());
  const updates = shallowRef(new Map<number, ControllerUpdate>());
  const epochs = shallowRef(new Map<number, EpochRecord[]>());
  const trainers = shallowRef(new Map<number, TrainerAtWork>());
  const queue = shallowRef<QueueState | null>(null);

  async function open(wanted: string): Promise<void> {
    if (folder.value !== wanted) {
      detail.value = null;
      epochs.value = new Map();
    }
    folder.value = wanted;
    problem.value = null;
    try {
      const found = await askForRun(wanted);
      if (folder.value !== wanted) return;
      detail.value = found;
      trials.value = new Map(found.trials.map((trial) => [trial.number, trial]));
      updates.value = new Map(found.updates.map((update) => [update.number, update]));
      queue.value = found.live?.queue ?? null;
      trainers.value = new Map(found.live?.trainers.map((trainer) => [trainer.trainer, trainer]));
    } catch (error) {
      if (folder.value === wanted) problem.value = errorMessage(error);
    }
  }

  /** Makes sure that the epochs of these children are known. */
  async function needEpochs(numbers: readonly number[], again = false): Promise<void> {
    const { value: path } = folder;
    const missing = numbers.filter((number) => again || !epochs.value.has(number));
    if (path === null || missing.length === 0) return;
    const found = await ask('readEpochs', { folder: path, trials: missing.slice(0, 64) });
    if (folder.value !== path) return;
    for (const { trial, epochs: records } of found) epochs.value.set(trial, records);
    triggerRef(epochs);
  }

  hear('runEvents', ({ folder: from, events }) => {
    if (from !== folder.value || detail.value === null) return;
    for (const event of events) take(event);
    triggerRef(trials);
    triggerRef(updates);
    triggerRef(epochs);
    triggerRef(trainers);
  });

  function take(event: RunEvent): void {
    switch (event.type) {
      case 'trialProposed':
        trials.value.set(event.trial.number, trials.value.get(event.trial.number) ?? event.trial);
        break;
      case 'trialStarted': {
        const trial = trials.value.get(event.trial);
        // A child that is trained again begins anew.
        epochs.value.set(event.trial, []);
        if (trial?.reward === null)
          trials.value.set(event.trial, { ...trial, state: 'running', startedAt: event.at });
        trainers.value.set(event.trainer, { ...event, epoch: 0, step: 0, steps: 1 });
        break;
      }
      case 'trialRestored':
        epochs.value.set(event.trial, [...event.epochs]);
        trainers.value.set(event.trainer, { ...event, epoch: event.epochs.length, step: 0, steps: 1 });
        break;
      case 'trialProgress':
        trainers.value.set(event.trainer, event);
        break;
      case 'epochEnded': {
        const before = (epochs.value.get(event.trial) ?? []).filter(
          ({ epoch }) => epoch !== event.record.epoch,
        );
        epochs.value.set(
          event.trial,
          [...before, event.record].sort((a, b) => a.epoch - b.epoch),
        );
        trainers.value.set(event.trainer, { ...event, epoch: event.record.epoch + 1, step: 0, steps: 1 });
        break;
      }
      case 'trialCompleted':
      case 'trialRepeated':
      case 'trialInterrupted':
      case 'trialFailed':
      case 'trialReused':
        trials.value.set(event.trial.number, event.trial);
        for (const [trainer, { trial }] of trainers.value)
          if (trial === event.trial.number) trainers.value.delete(trainer);
        break;
      case 'controllerUpdated':
        updates.value.set(event.update.number, event.update);
        break;
      case 'trialRetried':
        trials.value.set(event.trial.number, event.trial);
        break;
      case 'runEnded':
        trainers.value.clear();
        queue.value = null;
        break;
      case 'queueChanged':
        queue.value = event.queue;
        break;
      // The program says by itself what it does.
      case 'runStarted':
      case 'runPaused':
      case 'runContinued':
        break;
    }
  }

  const inOrder = computed(() => [...trials.value.values()].sort((a, b) => a.number - b.number));
  const ended = computed(() => inOrder.value.filter(({ reward }) => reward !== null));
  const failures = computed(() => inOrder.value.filter(({ state }) => state === 'failed'));
  /** Completed children by reward, as the run folder ranks them: reused results are the same networks. */
  const ranking = computed(() =>
    inOrder.value
      .filter(({ state, reward }) => state === 'completed' && reward !== null)
      .sort((a, b) => (b.reward ?? 0) - (a.reward ?? 0) || a.number - b.number),
  );
  const summary = computed<RunSummary | null>(() => detail.value?.summary ?? null);

  return {
    folder,
    detail,
    problem,
    summary,
    inOrder,
    ended,
    failures,
    ranking,
    updates,
    epochs,
    trainers,
    queue,
    open,
    needEpochs,
  };
});

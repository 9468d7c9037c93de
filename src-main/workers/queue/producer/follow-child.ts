import type { ChildEvent } from '../../../../src-shared/run/child-event';
import type { EpochRecord } from '../../../../src-shared/tasks/data-kinds';
import type { JobResult, WorkerMessage } from '../wire/messages';

/** Merges the messages of all trainings of a job into the events of one child. */
export interface FollowedChild {
  /** Those of the training that counts. */
  readonly epochs: readonly EpochRecord[];
  hear(message: WorkerMessage): void;
  /** The job's result counts once, whatever came before or comes after: epochs that were missing are passed on now. */
  conclude(result: JobResult): void;
}

/**
 * Follows a job, whatever is delivered late, twice, out of order, or by a worker that has lost the job to another: events of other
 * tokens and of earlier trainings are dropped, and so are epochs that are not the next one; the result has them all.
 * @param trainer the number that the search gives the trainer of this child
 * @param onEvent hears what a local trainer would say of the child. When another worker takes the job it starts again: what came before
 * counts for nothing
 */
export function followChild(
  token: string,
  trainer: () => number,
  onEvent: (event: ChildEvent) => void,
): FollowedChild {
  let attempt = 0;
  let begun = false;
  let ended = false;
  let epochs: EpochRecord[] = [];

  const restart = (which: number): void => {
    attempt = which;
    begun = false;
    epochs = [];
    onEvent({ type: 'trialStarted', trainer: trainer() });
  };
  const begin = (earlier: readonly EpochRecord[]): void => {
    begun = true;
    epochs = [...earlier];
    onEvent({ type: 'trialRestored', epochs: earlier });
  };
  const add = (record: EpochRecord): void => {
    epochs.push(record);
    onEvent({ type: 'epochEnded', record });
  };
  return {
    get epochs() {
      return epochs;
    },
    hear: (message) => {
      if (ended || message.token !== token || message.attempt < attempt) return;
      if (message.attempt > attempt) restart(message.attempt);
      if (message.type === 'trialRestored' && !begun && areInOrder(message.epochs)) begin(message.epochs);
      if (!begun) return;
      if (message.type === 'trialProgress' && message.epoch === epochs.length) {
        const { type, epoch, step, steps } = message;
        onEvent({ type, epoch, step, steps });
      }
      if (message.type === 'epochEnded' && message.record.epoch === epochs.length) add(message.record);
    },
    conclude: (result) => {
      if (ended || result.token !== token) return;
      ended = true;
      if (result.attempt !== attempt) restart(result.attempt);
      if (!begun || !isBeginning(epochs, result.epochs)) begin([]);
      for (const record of result.epochs.slice(epochs.length)) add(record);
    },
  };
}

/** Whether these are the epochs 0, 1, 2, … of one training. */
export function areInOrder(epochs: readonly EpochRecord[]): boolean {
  return epochs.every(({ epoch, kind }, place) => epoch === place && kind === epochs[0]?.kind);
}

function isBeginning(some: readonly EpochRecord[], all: readonly EpochRecord[]): boolean {
  return (
    some.length <= all.length &&
    some.every((record, place) => JSON.stringify(record) === JSON.stringify(all[place]))
  );
}

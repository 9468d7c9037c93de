import type { EpochRecord } from '../../../../src-shared/tasks/data-kinds';
import type { TrialProgress } from '../../trainer-pool';
import type { ChildEvent, ChildResult } from '../wire/messages';

/** Hears of one child what a local trainer would tell of it. */
export interface ChildSink {
  /** A worker has taken the child. Called again when another has to take it after all; what came before then counts for nothing. */
  start(): void;
  begin(epochs: readonly EpochRecord[]): void;
  progress(progress: TrialProgress): void;
  epoch(record: EpochRecord): void;
}

/** Makes one course of events out of what the trainings of a job tell. */
export interface FollowedChild {
  /** What has been told of the training that counts. */
  readonly epochs: readonly EpochRecord[];
  hear(event: ChildEvent): void;
  /** The job's result counts once, whatever came before or comes after: epochs that were not told of are told now. */
  conclude(result: ChildResult): void;
}

/**
 * Follows a job, whatever is delivered late, twice, out of order, or by a worker that has lost the job to another: events of other
 * tokens and of earlier trainings are dropped, and so are epochs that are not the next one; the result has them all.
 */
export function followChild(token: string, sink: ChildSink): FollowedChild {
  let attempt = 0;
  let begun = false;
  let ended = false;
  let epochs: EpochRecord[] = [];

  const startAnew = (which: number): void => {
    attempt = which;
    begun = false;
    epochs = [];
    sink.start();
  };
  const begin = (earlier: readonly EpochRecord[]): void => {
    begun = true;
    epochs = [...earlier];
    sink.begin(earlier);
  };
  const add = (record: EpochRecord): void => {
    epochs.push(record);
    sink.epoch(record);
  };
  return {
    get epochs() {
      return epochs;
    },
    hear: (event) => {
      if (ended || event.token !== token || event.attempt < attempt) return;
      if (event.attempt > attempt) startAnew(event.attempt);
      if (event.type === 'begun' && !begun && areInOrder(event.epochs)) begin(event.epochs);
      if (!begun) return;
      if (event.type === 'progress' && event.epoch === epochs.length)
        sink.progress({ epoch: event.epoch, step: event.step, steps: event.steps });
      if (event.type === 'epoch' && event.record.epoch === epochs.length) add(event.record);
    },
    conclude: (result) => {
      if (ended || result.token !== token) return;
      ended = true;
      if (result.attempt !== attempt) startAnew(result.attempt);
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

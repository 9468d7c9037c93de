import { createHash } from 'node:crypto';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { TrialJob } from '../../protocol';
import { queueProtocol, type ChildJob, type JobResult, type WorkerMessage } from '../wire/messages';
import type { ChildEvent } from '../../../../src-shared/run/child-event';
import type { EpochRecord } from '../../../../src-shared/tasks/data-kinds';

/** A job before it has its token. */
type TokenlessJob = Omit<ChildJob, 'token'>;

/** The part of a job that all jobs of a search share. */
type JobOfSearch = Pick<ChildJob, 'search' | 'data' | 'shared'>;

/** The resources that the children of a search share. */
export interface QueueParts {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly of: JobOfSearch;
  /** Folder shared with the workers; null without one. */
  readonly folder: string | null;
  readonly log: (text: string) => void;
}

/** The part of a child's job that is sent to another machine: everything but paths. */
export function childJobOf(
  { trial, child, seed, weights, checkpoint }: TrialJob,
  of: JobOfSearch,
): TokenlessJob {
  return {
    protocol: queueProtocol,
    ...of,
    trial,
    child,
    seed,
    weights: weights !== null,
    checkpointEpochs: checkpoint?.everyEpochs ?? null,
  };
}

/**
 * The id of a job: equal only for the same child of the same run. So a killed search finds its jobs again, and a
 * copy of the run that took another course does not.
 */
export function jobIdOf(job: TokenlessJob): string {
  const { search, trial, child, seed, data } = job;
  const sum = createHash('sha256')
    .update(sortedJson([child, seed, data]))
    .digest('hex');
  return `${search}-${trial}-${sum.slice(0, 16)}`;
}

/** JSON with sorted keys: parsing a message by its schema may reorder them. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/** Merges the messages of all trainings of a job into the events of one child. */
export interface FollowedChild {
  /** Epochs of the attempt that counts. */
  readonly epochs: readonly EpochRecord[];
  hear(message: WorkerMessage): void;
  /** The job's result counts once, whatever arrived before or arrives after; missing epochs are reported now. */
  conclude(result: JobResult): void;
}

/**
 * Follows a job whose messages may be late, repeated, out of order, or from a worker that has lost the job: events of other
 * tokens, earlier attempts, and epochs out of order are dropped; the result has all epochs.
 * @param trainer the number that the search gives the trainer of this child
 * @param onEvent receives the events that a local trainer would send. When another worker takes the job, the child starts over
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

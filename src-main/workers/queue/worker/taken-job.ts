import type { Job, Worker } from 'bullmq';
import { lockAgain } from '../wire/bullmq-private';
import type { QueueConnection } from '../wire/connect';
import { CellsmithError } from '../../../../src-shared/errors';
import type { DataNeed } from '../../../../src-shared/tasks/data-kinds';
import type { PreparedData } from '../../../datasets/open';
import { contentOf, type ChildJob } from '../wire/messages';

/** A job that this worker holds, by BullMQ's lock. */
export interface TakenJob {
  readonly job: Job;
  readonly id: string;
  /** The attempt at the job, from 1; workers that lost it count. */
  readonly attempt: number;
  /** Renews the lock. @returns whether the job is still this worker's */
  renew(): Promise<boolean>;
  /** Completes the job with its result. */
  complete(result: unknown): Promise<void>;
  /** Fails the job for good: no worker can train it. */
  refuse(sentence: string): Promise<void>;
  /** Returns the job to the queue for the next worker. */
  giveBack(): Promise<void>;
  /** Returns the job to the queue, delayed. */
  putOff(milliseconds: number): Promise<void>;
}

/**
 * Takes the next job of a queue. BullMQ's own loop is not used: it runs a fixed number of jobs of one queue, while the queues of all data sets share a worker's
 * seats, each with a trainer that can be paused and stopped alone.
 * @param token of the lock, unique to this attempt
 * @param patience milliseconds after which an owner that does not renew its lock has lost it
 */
export async function takeJob(
  connection: QueueConnection,
  queue: Worker,
  token: string,
  patience: number,
): Promise<TakenJob | undefined> {
  // BullMQ's type omits undefined.
  const job = (await queue.getNextJob(token, { block: false })) as Job | undefined;
  const id = job?.id;
  if (job === undefined || id === undefined) return undefined;
  // The next worker must fail a job whose workers were lost too often, as BullMQ's own loop does.
  if (job.deferredFailure) {
    await job.moveToFailed(new Error(job.deferredFailure), token, false);
    return takeJob(connection, queue, token, patience);
  }
  return {
    job,
    id,
    attempt: Math.max(1, job.attemptsStarted),
    renew: async () => {
      if ((await job.extendLock(token, patience)) === 1) return true;
      // The lock expired while Redis was unreachable. Unless another worker has the job, take the lock again.
      if ((await job.getState()) !== 'active') return false;
      await lockAgain(connection.redis, queue, id, token, patience);
      return (await job.extendLock(token, patience)) === 1;
    },
    complete: async (result) => {
      await job.moveToCompleted(result, token, false);
    },
    refuse: async (sentence) => {
      await job.moveToFailed(new Error(sentence), token, false);
    },
    giveBack: async () => {
      await job.moveToWait(token);
    },
    putOff: async (milliseconds) => {
      await job.moveToDelayed(Date.now() + milliseconds, token);
    },
  };
}

/** A data set of a worker: its name, path and fingerprint. */
export interface HeldData {
  readonly name: string;
  readonly path: string;
  readonly fingerprint: string;
}

/** Ensures a copy of a data set as a child needs it. */
export type PrepareHeld = (need: DataNeed, path: string) => Promise<PreparedData>;

/**
 * The data of jobs on this machine, prepared once for each need.
 * @returns a function that gives the folder for a trainer; it throws CellsmithError 'queue.no-data' when the data here are not, or no
 * longer, those of the job; data.*
 */
export function heldData(prepare: PrepareHeld): (held: HeldData, data: ChildJob['data']) => Promise<string> {
  const known = new Map<string, Promise<PreparedData>>();
  return async ({ name, path }, { fingerprint, content, need }) => {
    const key = JSON.stringify([path, need]);
    const preparing = known.get(key) ?? prepare(need, path);
    known.set(key, preparing);
    let prepared: PreparedData;
    try {
      prepared = await preparing;
    } catch (error) {
      known.delete(key);
      throw error;
    }
    if (prepared.description.fingerprint === fingerprint && contentOf(prepared.description) === content)
      return prepared.trainFolder;
    throw new CellsmithError(
      'queue.no-data',
      `${path} (${name}) is not, or no longer, the data set of the search: the same files have other contents here.`,
    );
  };
}

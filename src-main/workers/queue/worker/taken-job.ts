import type { Job, Worker } from 'bullmq';
import { lockAgain } from '../wire/bullmq-private';
import type { QueueConnection } from '../wire/connect';

/** A job that this worker has, by BullMQ's lock. */
export interface TakenJob {
  readonly job: Job;
  readonly id: string;
  /** Which taking of the job this is, from 1: workers that lost it count before. */
  readonly attempt: number;
  /** Prolongs the lock. @returns whether the job is still this worker's */
  renew(): Promise<boolean>;
  /** Ends the job with what it returns. */
  complete(result: unknown): Promise<void>;
  /** Ends the job for good, as one that no worker can train. */
  refuse(sentence: string): Promise<void>;
  /** Puts the job back for the next worker. */
  giveBack(): Promise<void>;
  /** Puts the job back for later. */
  putOff(milliseconds: number): Promise<void>;
}

/**
 * Takes the next job of a queue. BullMQ's own loop is not used: it runs as many jobs as it is set to for one queue, and a worker's places are
 * shared by the queues of all its data sets, each child with a trainer that can be paused and stopped alone.
 * @param token names the lock; no two takings share one
 * @param patience milliseconds after which an owner that does not renew its lock has lost it
 */
export async function takeJob(
  connection: QueueConnection,
  queue: Worker,
  token: string,
  patience: number,
): Promise<TakenJob | undefined> {
  // Its type does not say that there may be none.
  const job = (await queue.getNextJob(token, { block: false })) as Job | undefined;
  const id = job?.id;
  if (job === undefined || id === undefined) return undefined;
  // BullMQ leaves it to the next worker to fail a job whose workers were lost too often; its own loop does so.
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
      // The lock ran out while Redis was away. As long as nobody has noticed, the job is taken again.
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

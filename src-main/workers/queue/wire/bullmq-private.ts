import type { Redis } from 'ioredis';

/**
 * Everything that Cellsmith knows of BullMQ's private layout in Redis; all else goes through BullMQ's API. BullMQ promises none of it, so
 * its version is pinned and bullmq-private.test.ts compares each function with what BullMQ itself does on a real Redis: a release that
 * changes the layout fails there.
 */
interface Keys {
  /** BullMQ's own: `Queue` and `Worker` have it. */
  toKey(name: string): string;
}

const lockKey = (queue: Keys, job: string): string => `${queue.toKey(job)}:lock`;
const markerKey = (queue: Keys): string => queue.toKey('marker');

/**
 * Takes the lock of a job that has none any more.
 *
 * Why BullMQ's API does not do: its `extendLock` prolongs a lock but never makes one. A lock expires while Redis cannot be
 * reached; as long as no other worker has noticed, the child that was trained meanwhile must not be lost.
 * @param milliseconds until the lock expires
 */
export async function lockAgain(
  redis: Redis,
  queue: Keys,
  job: string,
  token: string,
  milliseconds: number,
): Promise<void> {
  await redis.set(lockKey(queue, job), token, 'PX', milliseconds, 'NX');
}

/** Whether a worker holds the lock of a job. BullMQ's API tells a job's state, which stays `active` after its worker was lost. */
export async function isLocked(redis: Redis, queue: Keys, job: string): Promise<boolean> {
  return (await redis.exists(lockKey(queue, job))) === 1;
}

/**
 * Characters of a job's payload and of its result; 0 where there is none.
 *
 * Why BullMQ's API does not do: `getJob` loads and parses a job whatever its size, and everyone who reaches the queue may write one.
 */
export async function jobSizes(
  redis: Redis,
  queue: Keys,
  job: string,
): Promise<{ readonly data: number; readonly result: number }> {
  const key = queue.toKey(job);
  const [data, result] = await Promise.all([redis.hstrlen(key, 'data'), redis.hstrlen(key, 'returnvalue')]);
  return { data, result };
}

/**
 * Waits until one of several queues may have a job.
 *
 * Why BullMQ's API does not do: `getNextJob` blocks on one queue, and a worker serves one queue for each data set that it holds with the
 * same places. BullMQ wakes its workers by a marker in a sorted set: the score is 0 for a job that waits, else when the next delayed
 * job is due.
 * @param blocking a connection that does nothing else
 * @param milliseconds longest wait; a delayed job that falls due ends it earlier
 */
export async function waitForWork(
  blocking: Redis,
  queues: readonly Keys[],
  milliseconds: number,
): Promise<void> {
  const keys = queues.map(markerKey);
  let until = Date.now() + milliseconds;
  // A marker of a delayed job is popped long before the job is due: from then on it is this wait that has to end in time.
  for (let left = milliseconds; left > 0; left = until - Date.now()) {
    const seconds = Math.max(left, 1) / 1000;
    const popped = await bounded(blocking, left, blocking.bzpopmin(...keys, seconds));
    if (popped === null) return;
    until = Math.min(until, Number(popped[2]));
  }
}

/** Between two looks at a blocking command that has no answer yet; milliseconds. */
const look = 500;

/**
 * The answer to a blocking command, or null when the server owes it for more than a second. After a connection was lost ioredis sends the
 * command again and may then wait for ever, so that the connection is made again (BullMQ guards its own in the same way). While
 * the server is away, nothing is owed; a connection that was ended for good owes nothing either, and ioredis may leave its commands open.
 * @param milliseconds for which the command blocks at most
 */
export async function bounded<Answer>(
  blocking: Redis,
  milliseconds: number,
  answer: Promise<Answer | null>,
): Promise<Answer | null> {
  let connected = 0;
  return new Promise((resolve, reject) => {
    const looking = setInterval(() => {
      connected = blocking.status === 'ready' ? connected + look : 0;
      if (connected > milliseconds + 1000) blocking.disconnect(true);
      else if (blocking.status !== 'end') return;
      resolve(null);
    }, look);
    answer.then(resolve, reject).finally(() => clearInterval(looking));
  });
}

/** What BullMQ writes as the reason of a job that it fails because its workers were lost too often. */
export function isLostTooOften(failedReason: string): boolean {
  return /stalled more than|started more than/.test(failedReason);
}

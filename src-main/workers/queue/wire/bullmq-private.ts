import type { Redis } from 'ioredis';

/**
 * All dependencies on BullMQ's private layout in Redis; everything else uses BullMQ's API. The layout is not stable, so
 * the version is pinned, and bullmq-private.test.ts compares each function with BullMQ itself on a real Redis: it fails for a release
 * that changes the layout.
 */
interface Keys {
  /** BullMQ's own: `Queue` and `Worker` have it. */
  toKey(name: string): string;
}

const lockKey = (queue: Keys, job: string): string => `${queue.toKey(job)}:lock`;
const markerKey = (queue: Keys): string => queue.toKey('marker');

/**
 * Acquires the lock of a job whose lock has expired.
 *
 * Why not BullMQ's API: `extendLock` renews a lock but never acquires one. A lock expires while Redis is
 * unreachable; unless another worker has taken the job, the child trained meanwhile must not be lost.
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

/** Whether a worker holds the lock of a job. In BullMQ's API the state of a job stays `active` after its worker was lost. */
export async function isLocked(redis: Redis, queue: Keys, job: string): Promise<boolean> {
  return (await redis.exists(lockKey(queue, job))) === 1;
}

/**
 * Characters of a job's payload and of its result; 0 where it has none.
 *
 * Why not BullMQ's API: `getJob` loads and parses a job of any size, and anyone with access to the queue may write one.
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
 * Why not BullMQ's API: `getNextJob` blocks on one queue, and a worker serves a queue for each of its data sets with the
 * same seats. BullMQ wakes its workers by a marker in a sorted set: its score is 0 for a waiting job, else the time at which the next delayed
 * job is due.
 * @param blocking a connection used for nothing else
 * @param milliseconds longest wait; a delayed job that becomes due ends it earlier
 */
export async function waitForWork(
  blocking: Redis,
  queues: readonly Keys[],
  milliseconds: number,
): Promise<void> {
  const keys = queues.map(markerKey);
  let until = Date.now() + milliseconds;
  // The marker of a delayed job is popped long before the job is due: from then on this wait must end in time.
  for (let left = milliseconds; left > 0; left = until - Date.now()) {
    const seconds = Math.max(left, 1) / 1000;
    const popped = await bounded(blocking, left, blocking.bzpopmin(...keys, seconds));
    if (popped === null) return;
    until = Math.min(until, Number(popped[2]));
  }
}

/** Between two checks of a blocking command without an answer, in milliseconds. */
const look = 500;

/**
 * The answer to a blocking command, or null when it is more than a second late. After a connection was lost, ioredis sends the
 * command again and may then wait for ever, so this reconnects (BullMQ guards its own in the same way). Time in which
 * the server is unreachable does not count; a closed connection gives null, since ioredis may leave its commands pending.
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

/** Whether this is BullMQ's reason for failing a job whose workers were lost too often. */
export function isLostTooOften(failedReason: string): boolean {
  return /stalled more than|started more than/.test(failedReason);
}

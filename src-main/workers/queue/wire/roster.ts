import type { Redis } from 'ioredis';
import { times, workerKey, workersKey } from './keys';
import { readMessage, workerRecordSchema, type WorkerRecord } from './messages';

/*
 * Why not BullMQ's `getWorkers()`: it lists the clients of one queue by their names (CLIENT LIST). A search must know places, devices, data
 * sets and children, also of workers that hold other data.
 */

/** At most this many workers are read. */
const mostWorkers = 1000;

/** Says that a worker is there and what it does; it holds for 15 seconds. */
export async function enterRoster(redis: Redis, record: WorkerRecord): Promise<void> {
  await redis
    .multi()
    .set(workerKey(record.worker), JSON.stringify(record), 'PX', times.worker)
    .zadd(workersKey, Date.now(), record.worker)
    .exec();
}

export async function leaveRoster(redis: Redis, worker: string): Promise<void> {
  await redis.multi().del(workerKey(worker)).zrem(workersKey, worker).exec();
}

/**
 * The workers that are there, by their ids. What does not have the form of a worker's record is left out; one of another release is
 * told of.
 * @param onRefused gets a sentence about each record that cannot be used
 */
export async function readRoster(
  redis: Redis,
  onRefused: (sentence: string) => void,
): Promise<WorkerRecord[]> {
  const ids = await redis.zrange(workersKey, '0', `${mostWorkers - 1}`);
  if (ids.length === 0) return [];
  const records = await redis.mget(ids.map(workerKey));
  const gone = ids.filter((_, place) => typeof records[place] !== 'string');
  if (gone.length > 0) await redis.zrem(workersKey, ...gone);
  return records
    .flatMap((text) => {
      if (typeof text !== 'string') return [];
      try {
        return [readMessage(workerRecordSchema, text, 'The record of a worker')];
      } catch (error) {
        onRefused(error instanceof Error ? error.message : String(error));
        return [];
      }
    })
    .sort((a, b) => (a.worker < b.worker ? -1 : 1));
}

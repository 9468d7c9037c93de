import type { Redis } from 'ioredis';
import { times, workerKey, workersKey, readMessage, workerRecordSchema, type WorkerRecord } from './messages';
import type { DatasetDescription } from '../../../../src-shared/tasks/data-kinds';
import { placesOf, type QueueState, type QueueWorker } from '../../../../src-shared/run/queue-state';

/*
 * Why not BullMQ's `getWorkers()`: it lists the clients of one queue by name (CLIENT LIST). A search needs places, devices, data
 * sets and children, also of workers with other data.
 */

/** Maximum number of workers that are read. */
const mostWorkers = 1000;

/** Writes the record of a worker, valid for 15 seconds. */
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
 * The active workers, by id. Invalid records are skipped.
 * @param onRefused receives a sentence about each of these
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

/** The state of the connection, and the search that asks. */
interface KnownOfQueue {
  readonly url: string;
  /** The problem while the queue is unreachable; null while it is connected. */
  readonly away: string | null;
  readonly search: string;
  readonly description: Pick<DatasetDescription, 'fingerprint' | 'location'>;
}

/** The queue as its search sees it, with the reason for which the search waits. */
export function queueStateOf(
  records: readonly WorkerRecord[],
  { url, away, search, description }: KnownOfQueue,
): QueueState {
  const workers = records.map((record): QueueWorker => {
    const own = record.children.filter((child) => child.search === search);
    return {
      id: record.worker,
      host: record.host,
      version: record.version,
      device: record.device,
      places: record.places,
      datasets: record.datasets.map(({ name }) => name),
      holdsData: record.datasets.some(({ fingerprint }) => fingerprint === description.fingerprint),
      ending: record.ending,
      trials: own.map(({ trial }) => trial),
      others: record.children.length - own.length,
    };
  });
  return { url, problem: away ?? problemOf(workers, url, description), workers };
}

function problemOf(
  workers: QueueWorker[],
  url: string,
  { fingerprint, location }: KnownOfQueue['description'],
): string | null {
  if (placesOf({ workers }) > 0 || workers.some(({ trials }) => trials.length > 0)) return null;
  const start = `cellsmith worker --queue ${url} --data NAME=FOLDER`;
  if (workers.length === 0)
    return `No worker is at the queue ${url}: the search waits for one. Start it with ${start}.`;
  if (workers.some(({ holdsData }) => holdsData))
    return `The workers at the queue ${url} that hold the data set are ending: the search waits for others. Start one with ${start}.`;
  const hosts = [...new Set(workers.map(({ host }) => host))].slice(0, 5).join(', ');
  return `No worker at the queue ${url} (${hosts}) holds the data set of ${location} (${fingerprint.slice(0, 12)}…): the search waits for one. Start it with ${start}, where FOLDER holds the same data.`;
}

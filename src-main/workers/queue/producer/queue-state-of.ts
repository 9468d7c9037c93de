import type { DatasetDescription } from '../../../../src-shared/tasks/data-kinds';
import { placesOf, type QueueState, type QueueWorker } from '../../../../src-shared/run/queue-state';
import type { WorkerRecord } from '../wire/messages';

/** What a search knows of its queue. */
export interface KnownOfQueue {
  readonly url: string;
  /** Why the queue is away, as a sentence; null while it is there. */
  readonly away: string | null;
  readonly search: string;
  readonly description: Pick<DatasetDescription, 'fingerprint' | 'location'>;
}

/** The queue as its search sees it, with what keeps the search waiting in a sentence. */
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

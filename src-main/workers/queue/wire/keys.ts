/**
 * What is kept under which name in Redis. Everything begins with `cellsmith:`; what BullMQ keeps begins with `cellsmith:v2-`. The number
 * is that of the protocol, so that releases that do not understand each other never see each other's jobs.
 */
export const queueProtocol = 2 as const;

/** BullMQ's prefix of all keys of its queues. */
export const queuePrefix = 'cellsmith';

/** One queue for each data set: workers listen to those of the data that they hold. */
export function queueName(fingerprint: string): string {
  return `v${queueProtocol}-${fingerprint}`;
}

/** Ids of the workers, scored by the time of their last sign of life; and what each says of itself. */
export const workersKey = `${queuePrefix}:workers`;
export function workerKey(worker: string): string {
  return `${workersKey}:${worker}`;
}

/**
 * The desired state of a search (run, pause, stop). Why not BullMQ's `pause()`: it pauses a queue, and with it the other searches on the same
 * data; and it does not reach a child in training.
 */
export function searchKey(search: string): string {
  return `${queuePrefix}:search:${search}`;
}

/** The tokens of the children that a search waits for. */
export function openKey(search: string): string {
  return `${queuePrefix}:search:${search}:open`;
}

/**
 * The stream of events of a search's children. Why not BullMQ's QueueEvents: it is one stream for all searches of a data set, bounded to
 * 10,000 entries for all of them together, and holds no epochs.
 */
export function eventsKey(search: string): string {
  return `${queuePrefix}:search:${search}:events`;
}

/** A piece of the weights that a training of a child has left. */
export function blobKey(token: string, attempt: number, chunk: number): string {
  return `${queuePrefix}:blob:${token}:${attempt}:${chunk}`;
}

/** Milliseconds. */
export const times = {
  /** Between two signs of life of a search or a worker. */
  beat: 1000,
  /** A worker that gives no sign of life for so long is not counted any more. */
  worker: 15_000,
  /** The same of a search: its children that wait are then kept for it, and others go first. */
  search: 30_000,
  /** What nobody fetched is forgotten then: results, events, tokens. */
  kept: 86_400_000,
  /** Weights are fetched as soon as the child is complete. */
  blob: 3_600_000,
} as const;

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CellsmithError } from '../../../../src-shared/errors';
import { dataNeedSchema, dataKinds, type DatasetDescription } from '../../../../src-shared/tasks/data-kinds';
import { childEpochsSchema as epochs, childEvents } from '../../../../src-shared/run/child-event';
import { failureReasons } from '../../../../src-shared/run/trial';
import { childSchema } from '../../protocol';

/**
 * The protocol of the queue: the keys in Redis, and the messages under them. All keys begin with `cellsmith:`, those of BullMQ with `cellsmith:v2-`:
 * the version of the protocol, so that incompatible releases never see each other's jobs.
 */
export const queueProtocol = 2 as const;

/** BullMQ's prefix of all keys of its queues. */
export const queuePrefix = 'cellsmith';

/** One queue for each data set: workers listen to those of the data that they hold. */
export function queueName(fingerprint: string): string {
  return `v${queueProtocol}-${fingerprint}`;
}

/** Ids of the workers, scored by the time of their last heartbeat; and the record of each. */
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

/** A chunk of the weights of one attempt at a child. */
export function blobKey(token: string, attempt: number, chunk: number): string {
  return `${queuePrefix}:blob:${token}:${attempt}:${chunk}`;
}

/** Milliseconds. */
export const times = {
  /** Between two heartbeats of a search or a worker. */
  beat: 1000,
  /** A worker without a heartbeat for this time counts as gone. */
  worker: 15_000,
  /** The same for a search: its waiting children are delayed, so that others go first. */
  search: 30_000,
  /** Expiry of results, events and tokens that no search fetches. */
  kept: 86_400_000,
  /** Weights are fetched as soon as the child is complete. */
  blob: 3_600_000,
} as const;

/** Longest message that is parsed, in characters of JSON: ten thousand epochs, several times over. */
export const longestMessage = 8 * 1024 * 1024;

const protocol = z.literal(queueProtocol);
const count = z.int().min(1).max(1_000_000_000);
const index = z.int().min(0).max(1_000_000_000);
const token = z.uuid();
const sum = z.string().regex(/^[\da-f]{64}$/);
/** The id of a search's run. It becomes part of keys and file names. */
const search = z.string().regex(/^[\w-]{1,64}$/);
/** Text for display: without control characters. */
const shown = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);

/** A child to train, as a search adds it to the queue. It holds no paths: each side has its own. */
export const childJobSchema = z.strictObject({
  protocol,
  search,
  /** Identifies this job, whichever worker trains it and however often. */
  token,
  trial: count,
  child: childSchema,
  seed: z.int().min(0).max(0xffffffff),
  data: z.strictObject({
    fingerprint: sum,
    /** Sum over what a child sees of the data: classes and splits, or vocabulary and splits. */
    content: sum,
    need: dataNeedSchema,
  }),
  /** Whether the weights are wanted, if the child is good enough. */
  weights: z.boolean(),
  /** The id of the folder that both sides share; null without one. */
  shared: token.nullable(),
  checkpointEpochs: z.int().min(1).max(10_000).nullable(),
});
export type ChildJob = z.infer<typeof childJobSchema>;

/** The source of a message: a worker, its machine, and its attempt at the job, from 1. */
const by = { protocol, token, attempt: count, worker: token, host: shown(255) };

/** An event of a child as its worker sends it to the search. The result of the job is authoritative. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  childEvents.started.extend(by),
  childEvents.restored.extend(by),
  childEvents.progress.extend(by),
  childEvents.epoch.extend(by),
  childEvents.ended.extend(by),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

/** Where the weights of a child are, with their size and checksum. */
const weightsSchema = z.strictObject({
  kind: z.enum(['blob', 'shared']),
  bytes: z
    .int()
    .min(1)
    .max(1024 ** 3),
  sha256: sum,
});
export type SentWeights = z.infer<typeof weightsSchema>;

/** How a child ended: the value that the job returns. */
export const jobResultSchema = z.discriminatedUnion('outcome', [
  z.strictObject({
    ...by,
    outcome: z.literal('completed'),
    stopped: z.boolean(),
    epochs,
    weights: weightsSchema.nullable(),
  }),
  z.strictObject({
    ...by,
    outcome: z.literal('failed'),
    reason: z.enum(failureReasons),
    message: shown(2000),
    epochs,
  }),
  z.strictObject({ ...by, outcome: z.literal('cancelled'), epochs }),
]);
export type JobResult = z.infer<typeof jobResultSchema>;

/** The state that a search requests from the workers of its children. */
export const desiredStateSchema = z.strictObject({
  protocol,
  /** `stop`: children end after their current epoch. */
  mode: z.enum(['run', 'pause', 'stop']),
  /** Weights are wanted of children whose reward is at least this. */
  leastReward: z.number(),
});
export type DesiredState = z.infer<typeof desiredStateSchema>;

/** A worker's record of itself. */
export const workerRecordSchema = z.strictObject({
  protocol,
  worker: token,
  host: shown(255),
  pid: index,
  version: shown(100),
  /** Children that it trains in parallel. */
  places: z.int().min(1).max(64),
  device: shown(100),
  datasets: z.array(z.strictObject({ name: shown(100), fingerprint: sum })).max(100),
  children: z.array(z.strictObject({ search, trial: count, epoch: index, epochs: count })).max(64),
  /** It takes no more children. */
  ending: z.boolean(),
});
export type WorkerRecord = z.infer<typeof workerRecordSchema>;

/**
 * A message off the wire, as a value or as its JSON.
 * @param what subject of the error's sentence: 'A job'
 * @throws CellsmithError 'queue.message' for anything else
 */
export function readMessage<Message>(schema: z.ZodType<Message>, message: unknown, what: string): Message {
  const value = valueOf(message, what);
  const version = z.looseObject({ protocol: z.int() }).safeParse(value);
  if (!version.success) throw refused(`${what} in the queue was not written by Cellsmith.`);
  if (version.data.protocol !== queueProtocol)
    throw refused(
      `${what} in the queue was written by another release of Cellsmith (protocol ${version.data.protocol}; this one speaks ${queueProtocol}). Install the same release everywhere.`,
    );
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where =
    issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.map(String).join('.')}`;
  throw refused(`${what} in the queue does not match its schema${shortened(where)}.`, parsed.error);
}

function valueOf(message: unknown, what: string): unknown {
  const text = typeof message === 'string' ? message : jsonOf(message, what);
  if (text === undefined) throw refused(`${what} in the queue is empty.`);
  if (text.length > longestMessage)
    throw refused(`${what} in the queue is longer than ${longestMessage / 1024 ** 2} MB.`);
  if (typeof message !== 'string') return message;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(`${what} in the queue is not JSON.`, error);
  }
}

/** @returns undefined for what JSON cannot express. @throws CellsmithError 'queue.message' for values nested too deeply */
function jsonOf(message: unknown, what: string): string | undefined {
  try {
    return JSON.stringify(message);
  } catch (error) {
    throw refused(`${what} in the queue is nested too deeply.`, error);
  }
}

/** Text of another machine, safe to display. */
export function showable(text: string, longest: number): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longest);
}

function shortened(text: string): string {
  return showable(text, 120);
}

function refused(message: string, cause?: unknown): CellsmithError {
  return new CellsmithError('queue.message', message, { cause });
}

/**
 * Checksum of what a child sees of a data set: equal for two copies, read on two machines, that are the same
 * to a child, wherever their files are and however they were packed.
 */
export function contentOf(description: DatasetDescription): string {
  const content = [description.fingerprint, ...dataKinds.of(description.kind).content(description)];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

import { z } from 'zod';
import { CellsmithError } from '../../../../src-shared/errors';
import { dataNeedSchema } from '../../../../src-shared/tasks/data-kinds';
import { childEpochsSchema as epochs, childEvents } from '../../../../src-shared/run/child-event';
import { failureReasons } from '../../../../src-shared/run/trial';
import { childSchema } from '../../protocol';
import { queueProtocol } from './keys';

/** Longest message that is looked at, in characters of JSON: ten thousand epochs, several times over. */
export const longestMessage = 8 * 1024 * 1024;

const protocol = z.literal(queueProtocol);
const count = z.int().min(1).max(1_000_000_000);
const index = z.int().min(0).max(1_000_000_000);
const token = z.uuid();
const sum = z.string().regex(/^[\da-f]{64}$/);
/** Names the run of a search. It becomes part of keys and of the names of files. */
const search = z.string().regex(/^[\w-]{1,64}$/);
/** Text that is shown: without anything that a terminal would obey. */
const shown = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);

/** A child to train, as a search puts it into the queue. No path is in it: each side has its own. */
export const childJobSchema = z.strictObject({
  protocol,
  search,
  /** Names this job, whichever worker trains it and however often. */
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
  /** Names the folder that both sides are to share; null without one. */
  shared: token.nullable(),
  checkpointEpochs: z.int().min(1).max(10_000).nullable(),
});
export type ChildJob = z.infer<typeof childJobSchema>;

/** Who trains a child: a worker, its machine, and which of the trainings of the job this is, from 1. */
const by = { protocol, token, attempt: count, worker: token, host: shown(255) };

/** An event of a child as its worker sends it to the search. The result of the job is what counts at the end. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  childEvents.started.extend(by),
  childEvents.restored.extend(by),
  childEvents.progress.extend(by),
  childEvents.epoch.extend(by),
  childEvents.ended.extend(by),
]);
export type WorkerMessage = z.infer<typeof workerMessageSchema>;

/** Where the weights of a child are, and what they must come to. */
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

/** The state that a search wants the workers of its children to be in. */
export const desiredStateSchema = z.strictObject({
  protocol,
  /** `stop`: children end after the epoch that they are in. */
  mode: z.enum(['run', 'pause', 'stop']),
  /** Weights are wanted of children whose reward is at least this. */
  leastReward: z.number(),
});
export type DesiredState = z.infer<typeof desiredStateSchema>;

/** What a worker says of itself. */
export const workerRecordSchema = z.strictObject({
  protocol,
  worker: token,
  host: shown(255),
  pid: index,
  version: shown(100),
  /** Children that it trains at a time. */
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
 * @param what names it in a sentence: 'A job'
 * @throws CellsmithError 'queue.message' for anything that is not exactly one of these
 */
export function readMessage<Message>(schema: z.ZodType<Message>, message: unknown, what: string): Message {
  const value = valueOf(message, what);
  const version = z.looseObject({ protocol: z.int() }).safeParse(value);
  if (!version.success) throw refused(`${what} in the queue is none of Cellsmith's.`);
  if (version.data.protocol !== queueProtocol)
    throw refused(
      `${what} in the queue was written by another release of Cellsmith (protocol ${version.data.protocol}; this one speaks ${queueProtocol}). Install the same release everywhere.`,
    );
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where =
    issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.map(String).join('.')}`;
  throw refused(
    `${what} in the queue does not have the form that it should have${shortened(where)}.`,
    parsed.error,
  );
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

/** @returns undefined for what no JSON says. @throws CellsmithError 'queue.message' for what is nested deeper than there is room to write it */
function jsonOf(message: unknown, what: string): string | undefined {
  try {
    return JSON.stringify(message);
  } catch (error) {
    throw refused(`${what} in the queue is nested too deeply.`, error);
  }
}

/** Text of elsewhere as it may be shown. */
export function showable(text: string, longest: number): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longest);
}

function shortened(text: string): string {
  return showable(text, 120);
}

function refused(message: string, cause?: unknown): CellsmithError {
  return new CellsmithError('queue.message', message, { cause });
}

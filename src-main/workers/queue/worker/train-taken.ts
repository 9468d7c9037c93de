import { rmSync } from 'node:fs';
import { errorMessage } from '../../../../src-shared/errors';
import { type ChildEnd, type ChildEvent, childEvents } from '../../../../src-shared/run/child-event';
import { outcomeOf } from '../../../../src-shared/run/metric';
import { sendFile, sumOfFile } from '../wire/files';
import type { QueueConnection } from '../wire/connect';
import {
  eventsKey,
  openKey,
  queueProtocol,
  searchKey,
  times,
  childJobSchema,
  readMessage,
  desiredStateSchema,
  showable,
  type ChildJob,
  type DesiredState,
  type JobResult,
  type SentWeights,
  type WorkerMessage,
} from '../wire/messages';
import type { HeldData, TakenJob } from './taken-job';
import type { Seat, SeatResult } from './seat';
import { z } from 'zod';

/** The resources for training a job. */
interface TrainTakenParts {
  readonly connection: QueueConnection;
  readonly worker: { readonly id: string; readonly host: string };
  readonly folderFor: (held: HeldData, data: ChildJob['data']) => Promise<string>;
  readonly report: (event: WorkerEvent) => void;
}

/** Shortest time between two progress messages, in milliseconds. */
const progressInterval = 1000;
/** Delay of a child whose search has no heartbeat, so that others go first, in milliseconds. */
const putOff = 15_000;
const mostEvents = 10_000;

/**
 * Trains the child of a job, and settles the job: completes it, returns it to the queue, or refuses it.
 * @returns 'no-data' when this machine lacks the job's data; the job is then back in the queue
 */
export async function trainTaken(
  parts: TrainTakenParts,
  seat: Seat,
  taken: TakenJob,
  held: HeldData,
): Promise<'done' | 'no-data'> {
  const { connection, worker, folderFor, report } = parts;
  const { redis } = connection;
  let child: ChildJob;
  try {
    child = readMessage(childJobSchema, taken.job.data, 'A job');
    if (child.data.fingerprint !== held.fingerprint)
      throw new Error('A job in the queue is for another data set than its queue.');
  } catch (error) {
    const message = errorMessage(error);
    report({ type: 'refused', message });
    await taken.refuse(message);
    return 'done';
  }
  const by = {
    protocol: queueProtocol,
    token: child.token,
    attempt: taken.attempt,
    worker: worker.id,
    host: worker.host,
  };
  const desired = await desiredStateOf(connection, child);
  if (desired === 'gone') {
    if (Date.now() - taken.job.timestamp > times.kept)
      await taken.refuse('Its search has been gone for a day.');
    else await taken.putOff(putOff);
    return 'done';
  }
  if (desired === 'cancelled' || desired.mode === 'stop') {
    await taken.complete({ ...by, outcome: 'cancelled', epochs: [] } satisfies JobResult);
    return 'done';
  }

  let data: string;
  try {
    data = await folderFor(held, child.data);
  } catch (error) {
    await taken.giveBack();
    report({ type: 'dataLost', name: held.name, message: errorMessage(error) });
    return 'no-data';
  }

  /** Sent in order; the result repeats what cannot be sent now. */
  const say = (event: ChildEvent): void => {
    if (redis.status !== 'ready') return;
    const key = eventsKey(child.search);
    redis
      .multi()
      .xadd(
        key,
        'MAXLEN',
        '~',
        mostEvents,
        '*',
        'm',
        JSON.stringify({ ...by, ...event } satisfies WorkerMessage),
      )
      .pexpire(key, times.kept)
      .exec()
      .catch(() => undefined);
  };
  const { trial, search } = child;
  const { epochs } = child.child.recipe;
  let lastProgress = -Infinity;
  const ofChild = { search, trial, trainer: seat.number, epochs };
  const trained = await seat.train(taken, child, data, (event) => {
    if (event.type !== 'trialRestored' && event.type !== 'trialEnded') report({ ...event, ...ofChild });
    if (event.type === 'trialProgress') {
      const now = performance.now();
      if (now - lastProgress < progressInterval) return;
      lastProgress = now;
    }
    say(event);
  });
  const end = endOf(trained.result);
  try {
    await conclude(parts, taken, child, trained, by, () => say({ type: 'trialEnded', end }));
    report({ type: 'trialEnded', ...ofChild, end, released: releasedBy(trained) });
  } finally {
    if (trained.weights?.shared === false) rmSync(trained.weights.path, { force: true });
  }
  return 'done';
}

async function conclude(
  { connection }: TrainTakenParts,
  taken: TakenJob,
  child: ChildJob,
  trained: SeatResult,
  by: Pick<JobResult, 'protocol' | 'token' | 'attempt' | 'worker' | 'host'>,
  onEnded: () => void,
): Promise<void> {
  const { result, ended } = trained;
  if (ended === 'lost') return;
  const unfinished = result.outcome === 'cancelled' || (result.outcome === 'completed' && result.stopped);
  if (ended === 'leaving' && unfinished) return taken.giveBack();
  const { epochs } = result;
  switch (result.outcome) {
    case 'cancelled':
      await taken.complete({ ...by, outcome: 'cancelled', epochs } satisfies JobResult);
      break;
    case 'failed': {
      const message = showable(result.message, 2000);
      await taken.complete({
        ...by,
        outcome: 'failed',
        reason: result.reason,
        message,
        epochs,
      } satisfies JobResult);
      break;
    }
    case 'completed': {
      const weights = await leaveWeights(connection, child, trained, by);
      await taken.complete({
        ...by,
        outcome: 'completed',
        stopped: result.stopped,
        epochs,
        weights,
      } satisfies JobResult);
      break;
    }
  }
  onEnded();
}

/** Sends the weights to the search if the child is among the best so far. */
async function leaveWeights(
  connection: QueueConnection,
  child: ChildJob,
  { result, weights }: SeatResult,
  name: Pick<JobResult, 'token' | 'attempt'>,
): Promise<SentWeights | null> {
  if (weights === null) return null;
  const desired = await desiredStateOf(connection, child);
  const least = typeof desired === 'string' ? 0 : desired.leastReward;
  if (outcomeOf(result.epochs, child.child.recipe).reward < least) {
    rmSync(weights.path, { force: true });
    return null;
  }
  return weights.shared
    ? { kind: 'shared', ...sumOfFile(weights.path) }
    : sendFile(connection.redis, name, weights.path);
}

/**
 * The state that the search of a child requests: `gone` without a heartbeat, `cancelled` when it does not await the child.
 */
export async function desiredStateOf(
  { redis }: QueueConnection,
  { search, token }: Pick<ChildJob, 'search' | 'token'>,
): Promise<DesiredState | 'gone' | 'cancelled'> {
  const [text, isOpen] = await Promise.all([
    redis.get(searchKey(search)),
    redis.sismember(openKey(search), token),
  ]);
  if (text === null) return 'gone';
  if (isOpen === 0) return 'cancelled';
  return readMessage(desiredStateSchema, text, 'The state of a search');
}

function releasedBy({ result, ended }: SeatResult): 'lost' | 'givenBack' | null {
  if (ended === 'lost') return 'lost';
  return ended === 'leaving' && (result.outcome !== 'completed' || result.stopped) ? 'givenBack' : null;
}

function endOf(result: SeatResult['result']): ChildEnd {
  switch (result.outcome) {
    case 'completed':
      return { outcome: 'completed', stopped: result.stopped };
    case 'failed':
      return { outcome: 'failed', reason: result.reason, message: result.message };
    case 'cancelled':
      return { outcome: 'cancelled' };
  }
}

/** The child of an event: the run of its search, its trial, the worker's trainer from 1, and the epochs of its recipe. */
const ofChild = { search: z.string(), trial: z.int(), trainer: z.int(), epochs: z.int() };

/** The events of a worker and of its children. `cellsmith worker --json` writes them as lines. */
export const workerEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    datasets: z.array(z.strictObject({ name: z.string(), fingerprint: z.string() })),
  }),
  z.strictObject({ type: z.literal('away'), message: z.string() }),
  z.strictObject({ type: z.literal('back') }),
  childEvents.started.extend(ofChild),
  childEvents.progress.extend(ofChild),
  childEvents.epoch.extend(ofChild),
  childEvents.ended.extend({
    ...ofChild,
    /** Why its job is not done: another worker has it ('lost'), or this worker ends and returned it ('givenBack'). */
    released: z.enum(['lost', 'givenBack']).nullable(),
  }),
  /** An invalid message in the queue. */
  z.strictObject({ type: z.literal('refused'), message: z.string() }),
  /** A data set of this worker has changed; it accepts no more children for it. */
  z.strictObject({ type: z.literal('dataLost'), name: z.string(), message: z.string() }),
]);
export type WorkerEvent = z.infer<typeof workerEventSchema>;

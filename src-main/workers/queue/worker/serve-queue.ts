import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import { errorMessage } from '../../../../src-shared/errors';
import type { TrainerPool } from '../../trainer-pool';
import { waitForWork } from '../wire/bullmq-private';
import type { QueueConnection } from '../wire/connect';
import { queueName, queuePrefix, queueProtocol, times, type WorkerRecord } from '../wire/messages';
import { enterRoster, leaveRoster } from '../wire/roster';
import type { SharedFolder } from '../wire/files';
import { heldData, type HeldData, type PrepareHeld, takeJob, type TakenJob } from './taken-job';
import { createSeat, seatFolder, type EndReason, type Seat } from './seat';
import { trainTaken, desiredStateOf, type WorkerEvent } from './train-taken';

export interface ServeQueueOptions {
  readonly connection: QueueConnection;
  readonly host: string;
  readonly version: string;
  /** Children in parallel. */
  readonly places: number;
  readonly device: string;
  readonly datasets: readonly HeldData[];
  readonly prepare: PrepareHeld;
  /** Makes a pool of one trainer. */
  readonly pool: () => TrainerPool;
  /** Absolute path of this worker's private folder. */
  readonly scratch: string;
  readonly shared: SharedFolder | null;
  /** Milliseconds of silence after which BullMQ gives a job of this worker to another. */
  readonly patience: number;
  readonly stop: { readonly afterEpoch: AbortSignal; readonly now: AbortSignal };
  readonly onEvent: (event: WorkerEvent) => void;
}

/** Longest wait for a job before the queues are polled anyway, in milliseconds. */
const idle = 5000;
/** Lost workers of a job before BullMQ fails it. */
const mostStalls = 20;
/** How long a worker that ends at once waits to notify the queue, in milliseconds. */
const leaveTimeout = 3000;

/**
 * Trains children of the queue's searches until it is stopped. BullMQ's locks assign jobs to workers: they are renewed while a child
 * trains, and a job whose lock expires goes to another worker.
 */
export async function serveQueue(options: ServeQueueOptions): Promise<void> {
  const { connection, datasets, patience, stop, onEvent } = options;
  const { redis, bullmq } = connection;
  const id = randomUUID();
  const seats = Array.from({ length: options.places }, (_, place) =>
    createSeat({
      number: place + 1,
      pool: options.pool,
      scratch: seatFolder(options.scratch, place + 1),
      shared: options.shared,
    }),
  );
  const parts = {
    connection,
    worker: { id, host: options.host },
    folderFor: heldData(options.prepare),
    report: onEvent,
  };
  const queues = new Map<HeldData, Worker>(
    datasets.map((held) => [
      held,
      new bullmq.Worker(queueName(held.fingerprint), null, {
        connection: redis,
        prefix: queuePrefix,
        autorun: false,
        lockDuration: patience,
        stalledInterval: patience / 2,
        maxStalledCount: mostStalls,
      }),
    ]),
  );
  const working = new Map<Seat, Promise<void>>();
  const reported = new Set<string>();
  const reportError = (error: unknown): void => {
    const message = connection.message(error);
    if (reported.has(message) || reported.size > 100) return;
    reported.add(message);
    onEvent({ type: 'refused', message });
  };
  let ended = false;
  const over = new AbortController();
  const isOver = (): boolean => ended;
  const isEnding = (): boolean => ended || stop.afterEpoch.aborted || stop.now.aborted || queues.size === 0;

  connection.onChange(() => {
    const message = connection.away();
    onEvent(message === null ? { type: 'back' } : { type: 'away', message });
  });

  const record = (): WorkerRecord => ({
    protocol: queueProtocol,
    worker: id,
    host: options.host,
    pid: process.pid,
    version: options.version,
    places: options.places,
    device: options.device,
    datasets: [...queues.keys()].map(({ name, fingerprint }) => ({ name, fingerprint })),
    children: seats.flatMap(({ child, epoch }) =>
      child === null
        ? []
        : [{ search: child.search, trial: child.trial, epoch, epochs: child.child.recipe.epochs }],
    ),
    ending: isEnding(),
  });

  /** Renews the lock of a seat's job, and applies the state that its search requests. */
  const renewAndObey = async (seat: Seat): Promise<void> => {
    const { job, child } = seat;
    if (job === null || child === null) return;
    if (Date.now() - seat.renewedAt > patience / 3) {
      seat.renewedAt = Date.now();
      const own = await job.renew();
      if (seat.job !== job) return;
      if (!own) {
        seat.endNow('lost');
        return;
      }
    }
    const desired = await desiredStateOf(connection, child);
    if (seat.job !== job) return;
    if (desired === 'cancelled') seat.endNow('cancelled');
    else if (desired !== 'gone') seat.obey(desired.mode);
  };
  const heartbeat = async (): Promise<void> => {
    while (!ended) {
      try {
        await enterRoster(redis, record());
        await Promise.all(seats.map(renewAndObey));
      } catch (error) {
        if (!isOver()) reportError(error);
      }
      await wait(times.beat, undefined, { signal: over.signal }).catch(() => undefined);
    }
  };

  /** Trains a job on a seat; afterwards the seat is free. */
  const seatJob = (seat: Seat, taken: TakenJob, held: HeldData): void => {
    seat.renewedAt = Date.now();
    const work = async (): Promise<void> => {
      // The data may have to be read first: the lock must not expire meanwhile.
      const renewing = setInterval(() => void taken.renew().catch(() => undefined), patience / 3);
      try {
        if ((await trainTaken(parts, seat, taken, held)) === 'no-data') await drop(held);
      } catch (error) {
        if (!ended) reportError(error);
      } finally {
        clearInterval(renewing);
        working.delete(seat);
      }
    };
    working.set(seat, work());
  };
  const drop = async (held: HeldData): Promise<void> => {
    const queue = queues.get(held);
    queues.delete(held);
    await queue?.close(true);
  };

  /** Gives free seats the next jobs, from all queues in turn. */
  const fetch = async (): Promise<boolean> => {
    let found = false;
    for (const [held, queue] of [...queues]) {
      const seat = seats.find((one) => !working.has(one));
      if (seat === undefined || isEnding()) break;
      const taken = await takeJob(connection, queue, randomUUID(), patience);
      if (taken === undefined) continue;
      found = true;
      seatJob(seat, taken, held);
    }
    return found;
  };

  const endAll = (end: (seat: Seat, reason: EndReason) => void): void => {
    for (const seat of seats) end(seat, 'leaving');
  };
  stop.afterEpoch.addEventListener('abort', () => endAll((seat, reason) => seat.endAfterEpoch(reason)));
  stop.now.addEventListener('abort', () => endAll((seat, reason) => seat.endNow(reason)));

  for (const queue of queues.values()) {
    queue.on('error', (error) => {
      if (!ended && redis.status === 'ready') reportError(error);
    });
    await queue.startStalledCheckTimer();
  }
  await enterRoster(redis, record());
  onEvent({
    type: 'ready',
    datasets: datasets.map(({ name, fingerprint }) => ({ name, fingerprint })),
  });
  const heartbeats = heartbeat();
  const blocking = connection.blocking();
  const endedNow = untilAborted(stop.now);
  const stopping = untilAborted(AbortSignal.any([stop.afterEpoch, stop.now]));
  while (!isEnding()) {
    try {
      const found = await Promise.race([fetch(), endedNow]);
      if (working.size === seats.length) await Promise.race([...working.values(), stopping]);
      else if (!found && !isEnding())
        await Promise.race([waitForWork(blocking, [...queues.values()], idle), stopping]);
    } catch (error) {
      reportError(error);
      await wait(times.beat);
    }
  }
  blocking.disconnect();
  await Promise.race([
    Promise.all(working.values()),
    // If the queue is unreachable, the locks expire by themselves.
    endedNow.then(() => wait(leaveTimeout)),
  ]);
  ended = true;
  over.abort();
  await Promise.race([
    leaveRoster(redis, id).catch((error: unknown) => errorMessage(error)),
    wait(leaveTimeout / 3),
  ]);
  await Promise.all(seats.map((seat) => seat.close()));
  await Promise.race([
    Promise.all([...queues.values()].map((queue) => queue.close(true))),
    wait(leaveTimeout / 3),
  ]);
  connection.close();
  // ioredis may leave a command pending that it was about to resend.
  await Promise.race([heartbeats, wait(times.beat)]);
}

function untilAborted(signal: AbortSignal): Promise<false> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true }));
}

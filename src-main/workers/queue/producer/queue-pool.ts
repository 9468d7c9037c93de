import { setTimeout as wait } from 'node:timers/promises';
import type { DatasetDescription, DataNeed } from '../../../../src-shared/tasks/data-kinds';
import { placesOf, type QueueState } from '../../../../src-shared/run/queue-state';
import type { ChildResult } from '../../../../src-shared/run/child-event';
import { outcomeOf } from '../../../../src-shared/run/metric';
import type { ChildListener, TrainerPool } from '../../trainer-pool';
import type { TrialJob } from '../../protocol';
import type { QueueAddress } from '../wire/address';
import { bounded } from '../wire/bullmq-private';
import { connectQueue } from '../wire/connect';
import {
  contentOf,
  eventsKey,
  openKey,
  queueName,
  queuePrefix,
  queueProtocol,
  searchKey,
  times,
  readMessage,
  workerMessageSchema,
  type DesiredState,
  type WorkerRecord,
} from '../wire/messages';
import { readRoster, queueStateOf } from '../wire/roster';
import { openSharedFolder } from '../wire/files';
import { openChild, type OpenChild } from './open-child';

/** The queue of a search's workers. */
export interface QueueTarget {
  readonly address: QueueAddress;
  /** Folder shared with the workers; null without one. */
  readonly shared: string | null;
}

export interface QueuePoolOptions extends QueueTarget {
  /** The id of the run. */
  readonly search: string;
  readonly description: DatasetDescription;
  readonly need: DataNeed;
  /** Number of best children that keep their weights. */
  readonly keepBest: number;
  readonly log: (text: string) => void;
  /** Called when workers come, go, or take children, with the reason for which the search waits. */
  readonly onState: (state: QueueState) => void;
}

/** Heartbeats between two comparisons of all open children with the queue; the end of a child triggers one at once. */
const beatsAReconciliation = 5;
/** Events read at a time, and the longest wait for one; milliseconds. */
const mostEvents = 500;
const longestWait = 5000;
/** How long a search that ends waits to notify the queue, in milliseconds. */
const leaveTimeout = 4000;

/**
 * Trains children with the workers of a queue. The run folder is the source of truth and the queue is transport: an open child is added to
 * the queue whenever it is missing there, and settled once, by the first result of its job.
 *
 * @throws CellsmithError queue.unreachable, config.invalid
 */
export async function queuePool(options: QueuePoolOptions): Promise<TrainerPool> {
  const { address, search, description, need, log, onState } = options;
  const shared = options.shared === null ? null : openSharedFolder(options.shared);
  const connection = await connectQueue(address);
  const { redis } = connection;
  const blocking = connection.blocking();
  const queue = new connection.bullmq.Queue(queueName(description.fingerprint), {
    connection: redis,
    prefix: queuePrefix,
    defaultJobOptions: {
      removeOnComplete: { age: times.kept / 1000 },
      removeOnFail: { age: times.kept / 1000 },
    },
  });
  queue.on('error', () => undefined);
  const parts = {
    redis,
    queue,
    of: {
      search,
      data: { fingerprint: description.fingerprint, content: contentOf(description), need },
      shared: shared?.id ?? null,
    },
    folder: shared?.folder ?? null,
    log,
  };
  const open = new Set<OpenChild>();
  /** Settled, and still in the queue. */
  const settled = new Set<OpenChild>();
  const resizes = new Set<() => void>();
  const numbers = trainerNumbers();
  const best = bestRewards(options.keepBest);
  let mode: DesiredState['mode'] = 'run';
  let closed = false;
  const closing = new AbortController();
  const isClosed = (): boolean => closed;
  let lastEvent = '0-0';
  let workers: readonly WorkerRecord[] = [];
  let lastShown = '';
  const logged = new Set<string>();
  const logOnce = (text: string): void => {
    if (!logged.has(text)) log(text);
    logged.add(text);
  };

  const state = (): QueueState =>
    queueStateOf(workers, { url: address.shown, away: connection.away(), search, description });
  let places = placesOf(state());
  const reportState = (): void => {
    const now = state();
    const text = JSON.stringify(now);
    if (text === lastShown || closed) return;
    lastShown = text;
    if (now.problem !== null) logOnce(now.problem);
    onState(now);
    if (placesOf(now) === places) return;
    places = placesOf(now);
    for (const resized of resizes) resized();
  };
  connection.onChange(() => {
    const away = connection.away();
    log(away ?? `The queue ${address.shown} is connected again.`);
    reportState();
    // Jobs lost meanwhile are added again.
    if (away === null) void reconcile(open);
  });

  const desiredState = (): string =>
    JSON.stringify({ protocol: queueProtocol, mode, leastReward: best.least() } satisfies DesiredState);
  const beat = async (): Promise<void> => {
    const tokens = [...open].map((child) => child.token);
    const heartbeat = redis.multi();
    // In one transaction: a worker that sees one sees the other.
    if (tokens.length > 0) heartbeat.sadd(openKey(search), ...tokens).pexpire(openKey(search), times.kept);
    await heartbeat.set(searchKey(search), desiredState(), 'PX', times.search).exec();
    workers = await readRoster(redis, logOnce);
    reportState();
  };
  const readEvents = async (): Promise<void> => {
    const streams = await bounded(
      blocking,
      longestWait,
      blocking.xread('COUNT', mostEvents, 'BLOCK', longestWait, 'STREAMS', eventsKey(search), lastEvent),
    );
    for (const [id, fields] of streams?.[0]?.[1] ?? []) {
      lastEvent = id;
      try {
        const message = readMessage(workerMessageSchema, fields[1], 'A message of a worker');
        const those = [...open].filter((child) => child.token === message.token);
        for (const child of those) child.hear(message);
        if (message.type === 'trialEnded') void reconcile(those);
      } catch (error) {
        logOnce(connection.message(error));
      }
    }
  };
  /** A comparison that fails is repeated with a later heartbeat. */
  const reconcile = async (children: Iterable<OpenChild>): Promise<void> => {
    try {
      await Promise.all([...children].map((child) => child.reconcile(mode === 'stop')));
    } catch (error) {
      if (!closed) logOnce(connection.message(error));
    }
  };
  /** Settled children are stored by now. A job that cannot be removed expires after a day. */
  const withdrawSettled = (): void => {
    for (const child of settled) void child.withdraw().catch(() => undefined);
    settled.clear();
  };
  /** Repeats a step until the pool is closed. */
  const loop = async (step: (count: number) => Promise<void>): Promise<void> => {
    for (let count = 0; !closed; count++) {
      try {
        await step(count);
      } catch (error) {
        if (isClosed()) return;
        logOnce(connection.message(error));
        await wait(times.beat);
      }
    }
  };
  await beat();
  const listening = loop(readEvents);
  const beating = loop(async (count) => {
    await wait(times.beat, undefined, { signal: closing.signal }).catch(() => undefined);
    if (closed) return;
    await beat();
    if (count % beatsAReconciliation === 0) await reconcile(open);
    withdrawSettled();
  });

  const change = (next: DesiredState['mode']): void => {
    mode = next;
    void reconcile(open);
    // Before the next heartbeat.
    void redis.set(searchKey(search), desiredState(), 'PX', times.search).catch(() => undefined);
  };

  const train = async (job: TrialJob, listener: ChildListener): Promise<ChildResult> => {
    let number: number | undefined;
    const child = openChild(parts, job, listener, () => (number ??= numbers.take()));
    open.add(child);
    void reconcile([child]);
    let result: ChildResult | undefined;
    try {
      result = await child.settled;
      if (result.outcome === 'completed' && !result.stopped)
        best.add(outcomeOf(result.epochs, job.child.recipe).reward);
      return result;
    } finally {
      open.delete(child);
      if (number !== undefined) numbers.give(number);
      settled.add(child);
    }
  };

  return {
    get size() {
      // Even without workers one child waits in the queue, so that the reason can be shown.
      return Math.max(1, places);
    },
    onResize: (listener) => void resizes.add(listener),
    run: (job, listener = {}) =>
      closed || mode === 'stop' || listener.signal?.aborted === true
        ? Promise.resolve({ outcome: 'cancelled', epochs: [] })
        : train(job, listener),
    stopAfterEpoch: () => change('stop'),
    pause: () => {
      if (mode === 'run') change('pause');
    },
    resume: () => {
      if (mode === 'pause') change('run');
    },
    close: async () => {
      if (closed) return;
      for (const child of open) child.cancel();
      const left = [...open, ...settled];
      closed = true;
      mode = 'run';
      const leave = async (): Promise<void> => {
        // The search is alive with nothing open: workers end its children.
        await redis
          .multi()
          .del(openKey(search), eventsKey(search))
          .set(searchKey(search), desiredState(), 'PX', times.search)
          .exec();
        await Promise.all(left.map((child) => child.withdraw()));
      };
      const enough = new AbortController();
      await Promise.race([
        leave().catch(() => undefined),
        wait(leaveTimeout, undefined, { signal: enough.signal }).catch(() => undefined),
      ]);
      enough.abort();
      connection.close();
      closing.abort();
      // ioredis may leave a command pending that it was about to resend.
      await Promise.race([Promise.all([listening, beating]), wait(times.beat)]);
    },
  };
}

/** Numbers of the active trainers, from 1, as in a local pool. */
function trainerNumbers(): { take(): number; give(number: number): void } {
  const taken = new Set<number>();
  return {
    take: () => {
      let number = 1;
      while (taken.has(number)) number++;
      taken.add(number);
      return number;
    },
    give: (number) => void taken.delete(number),
  };
}

/** The rewards of the best children so far: weights of worse ones are not sent. */
function bestRewards(keep: number): { add(reward: number): void; least(): number } {
  let best: number[] = [];
  return {
    add: (reward) => (best = [...best, reward].sort((a, b) => b - a).slice(0, keep)),
    least: () => (best.length < keep ? 0 : (best.at(-1) ?? 0)),
  };
}

import { setTimeout as wait } from 'node:timers/promises';
import type { DatasetDescription, Recipe } from '../../../../src-shared/tasks/data-kinds';
import { placesOf, type QueueState } from '../../../../src-shared/run/queue-state';
import type { ChildResult } from '../../../../src-shared/run/child-event';
import { outcomeOf } from '../../../../src-shared/run/reward';
import type { DataNeed } from '../../../../src-shared/tasks/data-kinds';
import type { ChildListener, TrainerPool } from '../../trainer-pool';
import type { TrialJob } from '../../protocol';
import type { QueueAddress } from '../wire/address';
import { bounded } from '../wire/bullmq-private';
import { connectQueue } from '../wire/connect';
import { contentOf } from '../wire/data-content';
import { eventsKey, openKey, queueName, queuePrefix, queueProtocol, searchKey, times } from '../wire/keys';
import { readMessage, workerMessageSchema, type DesiredState, type WorkerRecord } from '../wire/messages';
import { readRoster } from '../wire/roster';
import { openSharedFolder } from '../wire/shared-folder';
import { openChild, type OpenChild } from './open-child';
import { queueStateOf } from './queue-state-of';

/** How a search reaches its workers. */
export interface QueueTarget {
  readonly address: QueueAddress;
  /** Folder that the workers reach too; null without one. */
  readonly shared: string | null;
}

export interface QueuePoolOptions extends QueueTarget {
  /** Names the run. */
  readonly search: string;
  readonly description: DatasetDescription;
  readonly need: DataNeed;
  readonly recipe: Recipe;
  /** How many best children keep their weights. */
  readonly keepBest: number;
  readonly log: (text: string) => void;
  /** Hears when workers come, go, or take children, and what keeps the search waiting. */
  readonly onState: (state: QueueState) => void;
}

/** Between two comparisons of all open children with the queue, in signs of life. An event of a child has it compared at once. */
const beatsAReconciliation = 5;
/** Events read at a time, and the longest wait for one; milliseconds. */
const mostEvents = 500;
const longestWait = 5000;
/** So long a search that ends waits for the queue to hear of it; milliseconds. */
const goodbye = 4000;

/**
 * Has children trained by the workers of a queue. The run folder is the truth and the queue is transport: what is open here is added to
 * the queue whenever it is not there, and each child is settled once, by the first result of its job.
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
  const said = new Set<string>();
  const sayOnce = (text: string): void => {
    if (!said.has(text)) log(text);
    said.add(text);
  };

  const state = (): QueueState =>
    queueStateOf(workers, { url: address.shown, away: connection.away(), search, description });
  let places = placesOf(state());
  const tellState = (): void => {
    const now = state();
    const text = JSON.stringify(now);
    if (text === lastShown || closed) return;
    lastShown = text;
    if (now.problem !== null) sayOnce(now.problem);
    onState(now);
    if (placesOf(now) === places) return;
    places = placesOf(now);
    for (const resized of resizes) resized();
  };
  connection.onChange(() => {
    const away = connection.away();
    log(away ?? `The queue ${address.shown} is back.`);
    tellState();
    // What was lost while it was away is found out and added again.
    if (away === null) void reconcile(open);
  });

  const desiredState = (): string =>
    JSON.stringify({ protocol: queueProtocol, mode, leastReward: best.least() } satisfies DesiredState);
  const beat = async (): Promise<void> => {
    const tokens = [...open].map((child) => child.token);
    const signs = redis.multi();
    // At once: a worker that finds the one finds the other.
    if (tokens.length > 0) signs.sadd(openKey(search), ...tokens).pexpire(openKey(search), times.kept);
    await signs.set(searchKey(search), desiredState(), 'PX', times.search).exec();
    workers = await readRoster(redis, sayOnce);
    tellState();
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
        sayOnce(connection.message(error));
      }
    }
  };
  /** What cannot be compared now is compared with a later sign of life. */
  const reconcile = async (children: Iterable<OpenChild>): Promise<void> => {
    try {
      await Promise.all([...children].map((child) => child.reconcile(mode === 'stop')));
    } catch (error) {
      if (!closed) sayOnce(connection.message(error));
    }
  };
  /** What was settled has been stored meanwhile. Whatever cannot be taken out of the queue is forgotten there after a day. */
  const withdrawSettled = (): void => {
    for (const child of settled) void child.withdraw().catch(() => undefined);
    settled.clear();
  };
  /** Does something again and again until the pool is closed. */
  const loop = async (step: (count: number) => Promise<void>): Promise<void> => {
    for (let count = 0; !closed; count++) {
      try {
        await step(count);
      } catch (error) {
        if (isClosed()) return;
        sayOnce(connection.message(error));
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
    // Sooner than with the next sign of life.
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
      // Also without workers one child waits in the queue, so that it can be said what it waits for.
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
        // Nothing is open, and the search is there to say so: workers end what they have of it.
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
        wait(goodbye, undefined, { signal: enough.signal }).catch(() => undefined),
      ]);
      enough.abort();
      connection.close();
      closing.abort();
      // ioredis may leave a command open that it was about to send again.
      await Promise.race([Promise.all([listening, beating]), wait(times.beat)]);
    },
  };
}

/** Numbers of the trainers that are at work, from 1, as a local pool has them. */
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

/** The rewards of the best children so far: weights of worse ones need not be sent. */
function bestRewards(keep: number): { add(reward: number): void; least(): number } {
  let best: number[] = [];
  return {
    add: (reward) => (best = [...best, reward].sort((a, b) => b - a).slice(0, keep)),
    least: () => (best.length < keep ? 0 : (best.at(-1) ?? 0)),
  };
}

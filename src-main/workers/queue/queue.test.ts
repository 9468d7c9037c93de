import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { childOf, description, poolAt, workerAt, type WorkerAt } from '../../testing/queue/queue-fixture';
import { redisServer, type RedisServer } from '../../testing/queue/redis-server';
import { epochOf } from '../../testing/synthetic-pool';
import { temporaryFolder } from '../../testing/temporary-folder';
import { untilStill } from '../../testing/until-still';
import { hearing } from '../../testing/hearing';
import type { TrainerPool } from '../trainer-pool';
import { childJobOf, jobIdOf } from './producer/child-job';
import { contentOf, openKey, queueName, queuePrefix, queueProtocol, searchKey } from './wire/messages';

let folder: string;
let server: RedisServer;
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-queue-');
  server = await redisServer({ folder: join(folder, 'redis') });
});
afterAll(async () => {
  await server.end();
  rmSync(folder, { recursive: true });
});

const workers: WorkerAt[] = [];
const pools: TrainerPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
  for (const worker of workers.splice(0)) {
    worker.stop.now.abort();
    await worker.ended;
  }
  const redis = new Redis(server.port);
  await redis.flushall();
  redis.disconnect();
});
const worker = async (
  ...given: Parameters<typeof workerAt> extends [string, string, ...infer R] ? R : never
) => {
  const started = await workerAt(server.url, folder, ...given);
  workers.push(started);
  return started;
};
const search = async (changes: Parameters<typeof poolAt>[1] = {}) => {
  const started = await poolAt(server.url, changes);
  pools.push(started.pool);
  return started;
};
const until = (condition: () => boolean | Promise<boolean>): Promise<unknown> =>
  vi.waitUntil(condition, { timeout: 50_000 });
/** What Redis holds, as its user sees it. */
const inRedis = async <T>(read: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis(server.port);
  try {
    return await read(redis);
  } finally {
    redis.disconnect();
  }
};
/** A child that trains until it is ended. */
const manyEpochs = 10_000;
const longChild = (trial: number) => {
  const job = childOf(trial);
  return job.child.kind === 'images'
    ? { ...job, child: { ...job.child, recipe: { ...job.child.recipe, epochs: manyEpochs } } }
    : job;
};

describe('a child in the queue', () => {
  it('is trained by a worker with its own copy of the data, and its epochs and result are returned', async () => {
    const { pool } = await search();
    const { jobs } = await worker();
    const heard: string[] = [];
    const job = childOf(1);
    const result = await pool.run(job, {
      onEvent: hearing({
        trialStarted: ({ trainer }) => heard.push(`start ${trainer}`),
        trialRestored: ({ epochs }) => heard.push(`begin ${epochs.length}`),
        epochEnded: ({ record }) => heard.push(`epoch ${record.epoch}`),
      }),
    });
    const { epochs } = job.child.recipe;
    expect(result).toMatchObject({ outcome: 'completed', stopped: false });
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: epochs }, (_, epoch) => epoch),
    );
    expect(heard).toEqual(['start 1', 'begin 0', ...result.epochs.map(({ epoch }) => `epoch ${epoch}`)]);
    expect(jobs).toEqual([{ ...job, data: '/copy of the worker' }]);
  });

  it('that fails gives a result with its reason, and can be retried', async () => {
    const { pool } = await search();
    let trained = 0;
    await worker({
      result: () =>
        ++trained === 1
          ? { outcome: 'failed', reason: 'outOfMemory', message: 'It does not\nfit.', epochs: [] }
          : { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] },
    });
    expect(await pool.run(childOf(1))).toEqual({
      outcome: 'failed',
      reason: 'outOfMemory',
      message: 'It does not fit.',
      epochs: [],
    });
    expect(await pool.run(childOf(1))).toMatchObject({ outcome: 'completed' });
  });

  it('sends its weights to the run folder, in chunks through the queue', async () => {
    const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, place) => place % 251));
    const { pool } = await search();
    await worker({
      onJob: ({ weights }) => weights !== null && writeFileSync(weights, bytes),
      result: () => ({ outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] }),
    });
    const path = join(folder, 'weights');
    await pool.run(childOf(1, { weights: path }));
    const sum = (of: Buffer): string => createHash('sha256').update(of).digest('hex');
    expect(sum(readFileSync(path))).toBe(sum(bytes));
    const redis = new Redis(server.port);
    expect(await redis.keys('cellsmith:blob:*')).toEqual([]);
    redis.disconnect();
  });

  it('that is not among the best sends none', async () => {
    const { pool } = await search({ keepBest: 1 });
    await worker({
      onJob: ({ weights }) => weights !== null && writeFileSync(weights, 'weights'),
      result: ({ trial }) => ({
        outcome: 'completed',
        stopped: false,
        epochs: [epochOf(0, trial === 1 ? 0.9 : 0.3)],
      }),
    });
    const paths = [1, 2].map((trial) => join(folder, `weights ${trial}`));
    await pool.run(childOf(1, { weights: paths[0] ?? '' }));
    await inRedis((redis) =>
      until(async () => {
        // Other keys of a search have a suffix and other types.
        const key = (await redis.keys(searchKey('*'))).find((name) => /^[^:]*:search:[^:]*$/.test(name));
        return key !== undefined && (await redis.get(key))?.includes('"leastReward":0.729') === true;
      }),
    );
    await pool.run(childOf(2, { weights: paths[1] ?? '' }));
    expect(paths.map((path) => existsSync(path))).toEqual([true, false]);
  });

  it('ends at once when cancelled, and its worker takes the next', async () => {
    const { pool } = await search();
    const { events } = await worker({ epochTime: 2 });
    const own = new AbortController();
    const running = pool.run(longChild(1), {
      signal: own.signal,
      onEvent: hearing({ epochEnded: () => own.abort() }),
    });
    expect((await running).outcome).toBe('cancelled');
    expect(await pool.run(childOf(2))).toMatchObject({ outcome: 'completed' });
    expect(events.flatMap((event) => (event.type === 'trialEnded' ? [event.end.outcome] : []))).toEqual([
      'cancelled',
      'completed',
    ]);
  });

  it('ends after its epoch when the search stops, and waiting children do not begin', async () => {
    const { pool } = await search();
    await worker({ epochTime: 2 });
    let begun = 0;
    const runs = [1, 2].map((trial) =>
      pool.run(longChild(trial), {
        onEvent: hearing({
          trialStarted: () => (begun += 1),
          epochEnded: () => pool.stopAfterEpoch(),
        }),
      }),
    );
    const [first, second] = await Promise.all(runs);
    expect(first).toMatchObject({ outcome: 'completed', stopped: true });
    expect(first?.epochs.length).toBeGreaterThan(0);
    expect(second).toEqual({ outcome: 'cancelled', epochs: [] });
    expect(begun).toBe(1);
  });

  it('is held during a pause', async () => {
    const { pool } = await search();
    await worker({ epochTime: 2 });
    let epochs = 0;
    const running = pool.run(longChild(1), { onEvent: hearing({ epochEnded: () => (epochs += 1) }) });
    await until(() => epochs > 0);
    pool.pause();
    // The worker learns of it within two seconds.
    await untilStill(() => epochs, 2500);
    const held = epochs;
    pool.resume();
    await until(() => epochs > held);
    await pool.close();
    expect((await running).outcome).toBe('cancelled');
  });
});

describe('workers', () => {
  it('without the data are named, and train children of other searches', async () => {
    const elsewhere = { ...description, fingerprint: '1'.repeat(64) };
    const held = (of: typeof description) => ({
      datasets: [{ name: 'other images', path: '/other', fingerprint: of.fingerprint }],
      prepare: () => Promise.resolve({ description: of, trainFolder: '/other copy' }),
    });
    const { pool, states } = await search();
    const other = await search({ search: 'another-search', description: elsewhere });
    await worker({}, held(elsewhere));
    const running = pool.run(childOf(1));
    await until(() => states.at(-1)?.problem?.includes('a-machine') === true);
    expect(states.at(-1)?.problem).toMatch(/^No worker at the queue .* holds the data set of \/nowhere/);
    expect(await other.pool.run(childOf(1))).toMatchObject({ outcome: 'completed' });
    await worker();
    expect(await running).toMatchObject({ outcome: 'completed' });
    await until(() => states.at(-1)?.problem === null);
    expect(
      states
        .at(-1)
        ?.workers.map(({ holdsData }) => holdsData)
        .sort(),
    ).toEqual([false, true]);
  });

  it('whose data have changed return the child and stop offering them', async () => {
    const { pool, states } = await search();
    const changed = { ...description, classes: ['dog', 'cat'] };
    const { events } = await worker(
      {},
      { prepare: () => Promise.resolve({ description: changed, trainFolder: '/' }) },
    );
    const running = pool.run(childOf(1));
    await until(() => events.some(({ type }) => type === 'dataLost'));
    await worker();
    expect(await running).toMatchObject({ outcome: 'completed' });
    await until(() => states.at(-1)?.workers.filter(({ holdsData }) => holdsData).length === 1);
  });

  it('determine how many children a search trains in parallel', async () => {
    const { pool, states } = await search();
    expect(pool.size).toBe(1);
    let resized = 0;
    pool.onResize?.(() => (resized += 1));
    await worker({}, { places: 3 });
    await until(() => pool.size === 3);
    expect(resized).toBe(1);
    expect(states.at(-1)?.workers).toMatchObject([{ host: 'a-machine', places: 3, datasets: ['images'] }]);
  });

  it('that end after the epoch return the child, and another trains it', async () => {
    const { pool } = await search();
    const first = await worker({ epochTime: 2 });
    const starts: number[] = [];
    const running = pool.run(longChild(1), {
      onEvent: hearing({
        trialStarted: ({ trainer }) => starts.push(trainer),
        epochEnded: () => first.stop.afterEpoch.abort(),
      }),
    });
    await first.ended;
    expect(first.events.at(-1)).toMatchObject({ type: 'trialEnded', released: 'givenBack' });
    const second = await worker({
      result: () => ({ outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] }),
    });
    expect(await running).toEqual({ outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] });
    expect(second.jobs.length).toBe(1);
    expect(starts).toEqual([1, 1]);
  });
});

describe('a search that was killed', () => {
  it('finds the results of its children when it resumes', async () => {
    const of = {
      search: 'a-search',
      data: {
        fingerprint: description.fingerprint,
        content: contentOf(description),
        need: { kind: 'images' as const, side: 32, unreadable: 'skip' as const },
      },
      shared: null,
    };
    // It leaves a job that no search awaits until it resumes.
    const redis = new Redis(server.port, { maxRetriesPerRequest: null });
    const token = randomUUID();
    const job = childJobOf(childOf(1), of);
    await redis.sadd(openKey(job.search), token);
    await redis.set(
      searchKey(job.search),
      JSON.stringify({ protocol: queueProtocol, mode: 'run', leastReward: 0 }),
    );
    const queue = new Queue(queueName(description.fingerprint), { connection: redis, prefix: queuePrefix });
    await queue.add('child', { ...job, token }, { jobId: jobIdOf(job) });
    const { events, jobs } = await worker();
    await until(() => events.some(({ type }) => type === 'trialEnded'));
    const again = await search();
    const heard: number[] = [];
    const result = await again.pool.run(childOf(1), {
      onEvent: hearing({ epochEnded: ({ record }) => heard.push(record.epoch) }),
    });
    expect(result.outcome).toBe('completed');
    expect(heard).toEqual(result.epochs.map(({ epoch }) => epoch));
    expect(jobs.length).toBe(1);
    redis.disconnect();
  });
});

describe('a queue that is interrupted', () => {
  it('is reported as unreachable, and the search continues once reconnected', async () => {
    const own = await redisServer({ folder: join(folder, 'away') });
    try {
      const { pool, states } = await poolAt(own.url);
      pools.push(pool);
      const at = await workerAt(own.url, folder, { epochTime: 2 });
      workers.push(at);
      const runs = [1, 2, 3].map((trial) => pool.run(childOf(trial)));
      await until(() => at.jobs.length > 0);
      await own.kill();
      await until(() => states.at(-1)?.problem?.includes('cannot be reached') === true);
      await own.start();
      expect((await Promise.all(runs)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('completed'));
      await until(() => states.at(-1)?.problem === null);
      expect(at.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['away', 'back']));
    } finally {
      await own.end();
    }
  });

  it('and has lost its data gets the unsettled jobs again', async () => {
    const { pool } = await search();
    const runs = [1, 2].map((trial) => pool.run(childOf(trial)));
    await inRedis(async (redis) => {
      const queue = new Queue(queueName(description.fingerprint), { connection: redis, prefix: queuePrefix });
      await until(async () => (await queue.count()) === 2);
      await redis.flushall();
    });
    await worker();
    expect((await Promise.all(runs)).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });
});

import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { redisServer, type RedisServer } from '../../../testing/queue/redis-server';
import { temporaryFolder } from '../../../testing/temporary-folder';
import { isLocked, jobSizes, lockAgain, waitForWork } from './bullmq-private';

let folder: string;
let server: RedisServer;
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-bullmq-');
  server = await redisServer({ folder: join(folder, 'redis') });
});
afterAll(async () => {
  await server.end();
  rmSync(folder, { recursive: true });
});

let redis: Redis;
let queue: Queue;
let taker: Worker;
beforeEach(() => {
  redis = new Redis(server.port, { maxRetriesPerRequest: null });
  queue = new Queue('children', { connection: redis });
  taker = new Worker('children', null, { connection: redis, autorun: false, lockDuration: 60_000 });
});
afterEach(async () => {
  await taker.close(true);
  await queue.close();
  await redis.flushall();
  redis.disconnect();
});
/** Takes the next job as a worker does. Its type does not say that there may be none. */
const take = async (token: string = randomUUID()) =>
  (await taker.getNextJob(token, { block: false })) as Job | undefined;

describe("dependencies on BullMQ's layout", () => {
  it("lockAgain acquires BullMQ's own lock: extendLock and moveToCompleted accept it", async () => {
    const id = (await queue.add('child', {})).id ?? '';
    expect(await isLocked(redis, queue, id)).toBe(false);
    const token = randomUUID();
    const job = await take(token);
    expect(await isLocked(redis, queue, id)).toBe(true);
    // The lock expires, and with it BullMQ's leave to prolong it or to end the job.
    const [lock = ''] = await redis.keys(`*${id}:lock`);
    await redis.del(lock);
    expect(await isLocked(redis, queue, id)).toBe(false);
    await expect(job?.moveToCompleted('a', token, false)).rejects.toThrow(/lock/i);
    await lockAgain(redis, queue, id, token, 60_000);
    expect(await job?.extendLock(token, 60_000)).toBe(1);
    await job?.moveToCompleted('a', token, false);
    expect(await queue.getJobState(id)).toBe('completed');
  });

  it('lockAgain does not take the lock of another worker', async () => {
    const id = (await queue.add('child', {})).id ?? '';
    const token = randomUUID();
    const job = await take(token);
    await lockAgain(redis, queue, id, randomUUID(), 60_000);
    expect(await job?.extendLock(token, 60_000)).toBe(1);
  });

  it('jobSizes gives the sizes of payload and result', async () => {
    const data = { text: 'x'.repeat(1000) };
    const id = (await queue.add('child', data)).id ?? '';
    expect(await jobSizes(redis, queue, id)).toEqual({ data: JSON.stringify(data).length, result: 0 });
    const token = randomUUID();
    await (await take(token))?.moveToCompleted('y'.repeat(500), token, false);
    expect((await jobSizes(redis, queue, id)).result).toBe(JSON.stringify('y'.repeat(500)).length);
    expect(await jobSizes(redis, queue, 'no-such-job')).toEqual({ data: 0, result: 0 });
  });
});

describe('waiting for work', () => {
  /** Long enough that the test ends by its time-out if nothing but this ends the waiting. */
  const forever = 3_600_000;

  it('on several queues ends when one of them gets a job', async () => {
    const other = new Queue('others', { connection: redis });
    const blocking = redis.duplicate();
    const waiting = waitForWork(blocking, [queue, other], forever);
    await other.add('child', {});
    await waiting;
    blocking.disconnect();
    await other.close();
  });

  it('ends for each waiting job: taking one wakes the next worker', async () => {
    const blocking = redis.duplicate();
    await queue.addBulk([1, 2].map((n) => ({ name: 'child', data: { n } })));
    await waitForWork(blocking, [queue], forever);
    await take();
    await waitForWork(blocking, [queue], forever);
    expect(await take()).toBeDefined();
    blocking.disconnect();
  });

  it('ends when a delayed job is due', async () => {
    const blocking = redis.duplicate();
    const due = Date.now() + 300;
    await queue.add('child', {}, { delay: 300 });
    await waitForWork(blocking, [queue], forever);
    expect(Date.now()).toBeGreaterThanOrEqual(due);
    await vi.waitFor(async () => expect(await take()).toBeDefined(), { timeout: 30_000 });
    blocking.disconnect();
  });

  it('ends without work after its time-out', async () => {
    const blocking = redis.duplicate();
    await waitForWork(blocking, [queue], 50);
    expect(await take()).toBeUndefined();
    blocking.disconnect();
  });

  it('ends and reconnects when the server has lost a command', async () => {
    const blocking = redis.duplicate();
    await blocking.ping();
    // A server that is stopped answers nothing, and its connections stay.
    server.signal('SIGSTOP');
    try {
      const closed = new Promise((resolve) => blocking.once('close', resolve));
      await waitForWork(blocking, [queue], 50);
      await closed;
    } finally {
      server.signal('SIGCONT');
    }
    blocking.disconnect();
  });
});

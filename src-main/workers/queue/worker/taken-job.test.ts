import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { redisServer, type RedisServer } from '../../../testing/queue/redis-server';
import { temporaryFolder } from '../../../testing/temporary-folder';
import { parseQueueUrl } from '../wire/address';
import { isLostTooOften } from '../wire/bullmq-private';
import { connectQueue, type QueueConnection } from '../wire/connect';
import { takeJob } from './taken-job';

let folder: string;
let server: RedisServer;
let connection: QueueConnection;
beforeAll(async () => {
  folder = temporaryFolder('cellsmith-taken-job-');
  server = await redisServer({ folder: join(folder, 'redis') });
  connection = await connectQueue(parseQueueUrl(server.url));
});
afterAll(async () => {
  connection.close();
  await server.end();
  rmSync(folder, { recursive: true });
});

it('a job whose workers were lost too often fails with a recognised reason, and the next one is taken', async () => {
  const { redis } = connection;
  const queue = new Queue('children', { connection: redis });
  const worker = new Worker('children', null, {
    connection: redis,
    autorun: false,
    stalledInterval: 50,
    maxStalledCount: 0,
  });
  worker.on('error', () => undefined);
  const lost = (await queue.add('child', {})).id ?? '';
  expect((await takeJob(connection, worker, 'of a lost worker', 60_000))?.id).toBe(lost);
  const next = (await queue.add('child', {})).id ?? '';
  // Its worker stops renewing: the lock expires.
  await redis.del(...(await redis.keys(`*${lost}:lock`)));
  await worker.startStalledCheckTimer();
  await vi.waitFor(async () => expect(await queue.getJobState(lost)).toBe('waiting'), { timeout: 30_000 });
  expect((await takeJob(connection, worker, 'of another worker', 60_000))?.id).toBe(next);
  expect(await queue.getJobState(lost)).toBe('failed');
  expect(isLostTooOften((await queue.getJob(lost))?.failedReason ?? '')).toBe(true);
  expect(isLostTooOften('A job in the queue is longer than 8 MB.')).toBe(false);
  await worker.close(true);
  await queue.close();
});

import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readerReplySchema, type ReaderReply } from './reader-protocol';
import { serveReader } from './serve-reader';

const sample = join(resolve(import.meta.dirname, '../..'), 'assets', 'cifar10-sample.tar.gz');

/** A reader, what it says (each checked by the protocol), and its last word. */
function reader() {
  const replies: ReaderReply[] = [];
  let request: (message: unknown) => void = () => undefined;
  const result = new Promise<ReaderReply>((done) => {
    serveReader({
      send: (reply) => {
        replies.push(readerReplySchema.parse(structuredClone(reply)));
        if (reply.type !== 'progress') done(reply);
      },
      onRequest: (listener) => (request = listener),
    });
  });
  return { replies, result, ask: (message: unknown) => request(message) };
}

it('a data set is described, with progress on the way', async () => {
  const { ask, result, replies } = reader();
  ask({ type: 'describe', path: sample });
  expect(await result).toMatchObject({
    type: 'described',
    description: { kind: 'images', splits: { train: { count: 2000 } } },
  });
  expect(replies[0]?.type).toBe('progress');
});

it('what goes wrong comes with its code', async () => {
  const { ask, result } = reader();
  ask({ type: 'prepare', path: '/nowhere/at/all', need: { kind: 'images', side: 16, unreadable: 'refuse' } });
  expect(await result).toMatchObject({ type: 'failed', code: 'data.not-found' });
});

it('a job is cancelled, nonsense is refused', async () => {
  const cancelled = reader();
  cancelled.ask({ type: 'cancel' });
  cancelled.ask({ type: 'describe', path: resolve(import.meta.dirname, '../../src-main') });
  expect(await cancelled.result).toMatchObject({ type: 'failed', code: 'cancelled' });
  const puzzled = reader();
  puzzled.ask({ type: 'prepare', path: sample, need: { kind: 'images', side: 0, unreadable: 'never' } });
  expect(await puzzled.result).toMatchObject({ type: 'failed', code: 'internal' });
});

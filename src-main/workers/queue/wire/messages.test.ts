import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { decodeConv } from '../../../../src-shared/tasks/conv/decode-conv';
import { presets } from '../../../../src-shared/config/presets';
import { childOf } from '../../../testing/queue/queue-fixture';
import { job, record, result, wireMessages } from '../../../testing/queue/wire-messages';
import { epochOf } from '../../../testing/synthetic-pool';
import { childJobOf, jobIdOf } from '../producer/child-job';
import { queueProtocol, childJobSchema, jobResultSchema, readMessage, workerRecordSchema } from './messages';

describe.each(wireMessages)('a %s off the wire', (...[, of, message]) => {
  const schema: z.ZodType = of;
  it('is read back unchanged', () => {
    expect(readMessage(schema, JSON.stringify(message), 'A message')).toEqual(message);
  });

  it('of another protocol is refused with advice', () => {
    expect(() => readMessage(schema, { ...message, protocol: 1 }, 'A message')).toThrow(
      `A message in the queue was written by another release of Cellsmith (protocol 1; this one speaks ${queueProtocol}). Install the same release everywhere.`,
    );
  });

  it('with extra or missing keys is refused', () => {
    expect(() => readMessage(schema, { ...message, more: 1 }, 'A message')).toThrow(
      /does not match its schema/,
    );
    for (const key of Object.keys(message)) {
      const less = Object.fromEntries(Object.entries(message).filter(([name]) => name !== key));
      expect(() => readMessage(schema, less, 'A message')).toThrow(/in the queue/);
    }
  });

  it('that was altered anywhere is either still valid or refused with a sentence', () => {
    const text = JSON.stringify(message);
    const change = fc.record({
      at: fc.integer({ min: 0, max: text.length - 1 }),
      length: fc.integer({ min: 0, max: 12 }),
      by: fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom(
          '"__proto__":{"polluted":1},',
          '"constructor":',
          '1e999',
          '-1',
          '[]',
          '{}',
          'null',
          '../../x',
        ),
      ),
    });
    fc.assert(
      fc.property(change, ({ at, length, by: replacement }) => {
        const changed = text.slice(0, at) + replacement + text.slice(at + length);
        try {
          readMessage(schema, changed, 'A message');
        } catch (error) {
          expect(error).toMatchObject({ code: 'queue.message' });
          // One line, of bounded length, that a terminal can show.
          expect((error as Error).message).toMatch(/^A message in the queue [^\p{Cc}]{1,300}\.$/u);
        }
        expect(({} as { polluted?: number }).polluted).toBeUndefined();
      }),
      { numRuns: 2500 },
    );
  });
});

describe('the content of a message', () => {
  it('is bounded in length before it is parsed', () => {
    const long = JSON.stringify({
      ...result,
      epochs: Array.from({ length: 60_000 }, (_, i) => epochOf(i, 0.5)),
    });
    expect(() => readMessage(jobResultSchema, long, 'A result')).toThrow(/is longer than 8 MB\.$/);
  });

  it('holds no control characters, and no name that leaves a folder', () => {
    expect(() => readMessage(workerRecordSchema, { ...record, host: 'a\u001b[2Jb' }, 'A record')).toThrow(
      /at host/,
    );
    expect(() => readMessage(childJobSchema, { ...job, search: '../../etc' }, 'A job')).toThrow(/at search/);
    expect(() => readMessage(childJobSchema, { ...job, token: '../x' }, 'A job')).toThrow(/at token/);
  });

  it('holds no path', () => {
    const wanted = childJobOf(childOf(1, { weights: '/a/path', data: '/a/path' }), job);
    expect(JSON.stringify(wanted)).not.toContain('/a/path');
    expect(wanted.weights).toBe(true);
  });
});

describe('the id of a job', () => {
  const of = (changes: Parameters<typeof childOf>[1]) =>
    jobIdOf(childJobOf(childOf(7, changes), { search: job.search, data: job.data, shared: null }));

  it('depends on the child alone, not on its paths', () => {
    expect(of({ data: '/elsewhere', weights: '/elsewhere' })).toBe(jobIdOf(job));
    expect(of({ seed: 8 })).not.toBe(jobIdOf(job));
    expect(of({ child: childOf(8).child })).not.toBe(jobIdOf(job));
    // BullMQ parts its keys by colons.
    expect(jobIdOf(job)).toMatch(/^[\w-]+$/);
  });

  it('does not depend on the order of keys, which parsing a message changes', () => {
    const { space, recipe } = presets.v1.config;
    const decisions = [0, 0, 0, [], 1, 1, 1, [1]];
    const made = { kind: 'images' as const, architecture: decodeConv(space, 2, decisions), recipe };
    const sent = childJobOf(childOf(1, { child: made }), {
      search: job.search,
      data: job.data,
      shared: null,
    });
    const message = readMessage(childJobSchema, { ...sent, token: job.token }, 'A job');
    expect(jobIdOf(message)).toBe(jobIdOf(sent));
    const { kind, architecture } = made;
    const turned = { ...sent, child: { recipe, architecture, kind } };
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(sent));
    expect(jobIdOf(turned)).toBe(jobIdOf(sent));
  });
});

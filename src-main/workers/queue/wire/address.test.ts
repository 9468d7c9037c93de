import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queueUrlSchema } from '../../../../src-shared/config/queue-url';
import { parseQueueUrl, queueAddressOf, queueErrorMessage, redacted } from './address';
import { pauseBefore } from './connect';

describe('the address of a queue', () => {
  it('is parsed with all its parts', () => {
    const address = parseQueueUrl('rediss://lab:se%40cret@queue.example:7000/3');
    expect(address).toMatchObject({
      host: 'queue.example',
      port: 7000,
      database: 3,
      username: 'lab',
      tls: { ca: null },
      shown: 'rediss://lab@queue.example:7000/3',
    });
    expect(address.password()).toBe('se@cret');
    expect(parseQueueUrl('redis://localhost')).toMatchObject({ port: 6379, tls: null });
    expect(parseQueueUrl('redis://[::1]:7000').host).toBe('::1');
  });

  it('takes its password from the environment rather than from the URL', () => {
    const environment = { CELLSMITH_QUEUE_PASSWORD: 'of the environment' };
    expect(queueAddressOf('redis://:other@host', environment).password()).toBe('of the environment');
    expect(queueAddressOf('redis://:other@host', {}).password()).toBe('other');
  });

  it('never shows its password, whatever it is', () => {
    const password = fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(password, (secret) => {
        fc.pre(encodeURIComponent(secret) === secret || secret.trim() === secret);
        const address = parseQueueUrl(`redis://user:${encodeURIComponent(secret)}@a-host:1`);
        expect(address.password()).toBe(secret);
        expect(address.shown).toBe('redis://user@a-host:1');
        expect(queueUrlSchema.safeParse(address.shown).success).toBe(true);
        for (const text of [JSON.stringify(address), inspect(address, { depth: 9 })])
          expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
        const message = queueErrorMessage(new Error(`WRONGPASS ${secret} is wrong`), address);
        expect(message.replace('WRONGPASS', '').replace('is wrong', '')).not.toContain(secret);
      }),
    );
  });

  it('is removed from texts with its password, also an unknown one', () => {
    expect(redacted('cannot reach redis://user:sec@ret@host:1 or rediss://:other@host')).toBe(
      'cannot reach redis://user:…@host:1 or rediss://:…@host',
    );
  });

  it.each([
    'http://host',
    'redis://',
    'host:6379',
    'redis://user:secret@host?x=1',
    'redis://user:secret@host/name',
    'redis://user:secret%@host',
    'redis://user:secret@ho st',
  ])('is refused when it is none, without its password: %s', (url) => {
    expect(() => parseQueueUrl(url)).toThrow(/^The address of the queue cannot be used: (?!.*secret).*\.$/);
  });

  it('is refused with a password where it would be stored', () => {
    for (const url of [
      'redis://user:secret@host',
      'redis://:secret@host',
      'redis://host/x',
      'redis://host?a',
    ])
      expect(queueUrlSchema.safeParse(url).success).toBe(false);
  });
});

it('reconnects after pauses that grow up to ten seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1000].map(pauseBefore)).toEqual([
    250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000,
  ]);
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './sha256';

describe('SHA-256', () => {
  it('is that of OpenSSL for texts of any length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 300 }), (text) => {
        expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
      }),
    );
    for (let length = 50; length < 70; length++)
      expect(sha256('a'.repeat(length))).toBe(createHash('sha256').update('a'.repeat(length)).digest('hex'));
  });

  it('refuses what is not ASCII rather than hash half of it', () => {
    expect(() => sha256('×')).toThrow(RangeError);
  });
});

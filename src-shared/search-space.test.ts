import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionText, parseDecisionText } from './search-space';

const decision = fc.oneof(fc.nat(31), fc.array(fc.nat(1), { maxLength: 20 }));

describe('decisions as text', () => {
  it('are read as they were written', () => {
    expect(decisionText({ depth: 2, decisions: [1, 0, 2, [], 1, 1, 0, [1]] })).toBe('2: 1 0 2 [] 1 1 0 [1]');
    const architectures = fc.record({
      depth: fc.integer({ min: 1, max: 128 }),
      decisions: fc.array(decision, { minLength: 1, maxLength: 60 }),
    });
    fc.assert(
      fc.property(architectures, (architecture) => {
        expect(parseDecisionText(decisionText(architecture))).toEqual(architecture);
      }),
    );
  });

  it.each([
    '',
    '2',
    '2:',
    ': 1',
    '0: 1',
    '129: 1',
    '2: 1 x',
    '2: [12]',
    '2: -1',
    '2: 1.5',
    `1: ${'1 '.repeat(2000)}`,
  ])('refuse %j', (text) => {
    expect(() => parseDecisionText(text)).toThrow(expect.objectContaining({ code: 'architecture.invalid' }));
  });
});

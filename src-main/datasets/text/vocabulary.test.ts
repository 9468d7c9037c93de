import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellsmithError } from '../../../src-shared/errors';
import { eos, makeVocabulary, TypeTable, unk } from './vocabulary';

/** The vocabulary of words, by numbering and counting them. */
function vocabularyOf(words: readonly string[], limit: number | null, others: readonly string[] = []) {
  const types = new TypeTable();
  for (const word of others) types.number(word);
  const numbers = words.map((word) => types.number(word));
  const counts = new Float64Array(types.texts.length);
  for (const number of numbers) counts[number] = (counts[number] ?? 0) + 1;
  return { types, numbers, ...makeVocabulary(types.texts, counts, limit) };
}

const word = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', '\uffff', '𝄞', 'é', eos, unk),
  fc.string({ maxLength: 2 }),
);

describe('a vocabulary', () => {
  it('goes by frequency and then by bytes of UTF-8, as sorted() of Python does', () => {
    const { tokens, counts } = vocabularyOf(['b', 'a', '𝄞', '\uffff', eos, 'c', 'c', eos, eos], null);
    expect(tokens).toEqual([eos, 'c', 'a', 'b', '\uffff', '𝄞', unk]);
    expect(counts).toEqual([3, 2, 1, 1, 1, 1, 0]);
  });

  it('keeps the most frequent, counts the rest as unknown, and gives every word an id', () => {
    fc.assert(
      fc.property(
        fc.array(word),
        fc.array(word),
        fc.option(fc.integer({ min: 3, max: 8 })),
        (words, others, limit) => {
          const { types, numbers, tokens, counts, ids, unknownId, endOfLineId } = vocabularyOf(
            words,
            limit,
            others,
          );
          expect(tokens.length).toBeLessThanOrEqual(limit ?? Infinity);
          expect(new Set(tokens).size).toBe(tokens.length);
          expect([tokens[unknownId], tokens[endOfLineId]]).toEqual([unk, eos]);
          expect(ids).toHaveLength(types.texts.length);
          expect([...counts].sort((a, b) => b - a)).toEqual(counts);
          // what the ids of the words count must be what the vocabulary says
          const recount = tokens.map((_, id) => numbers.filter((number) => ids[number] === id).length);
          expect(recount).toEqual(counts);
          for (const [number, text] of types.texts.entries()) {
            expect(tokens[ids[number] ?? -1]).toBe(tokens.includes(text) ? text : unk);
          }
          // no excluded word is more frequent than an included one
          const kept = tokens.filter((token) => token !== unk && token !== eos);
          const frequency = (text: string) => words.filter((each) => each === text).length;
          const least = Math.min(...kept.map(frequency));
          const dropped = types.texts.filter((text) => !tokens.includes(text));
          for (const text of dropped) expect(frequency(text)).toBeLessThanOrEqual(least);
          if (limit === null) for (const text of dropped) expect(frequency(text)).toBe(0);
        },
      ),
    );
  });

  it('has no entry for words found only in other splits', () => {
    expect(vocabularyOf(['a', eos], null, ['only-in-test']).tokens).toEqual([eos, 'a', unk]);
  });
});

describe('the table of types', () => {
  it('rejects data that is not a language before memory runs out', () => {
    const types = new TypeTable();
    const fill = () => {
      for (let i = 0; i <= 2_000_000; i++) types.number(i.toString(36));
    };
    expect(fill).toThrow(
      expect.objectContaining({
        constructor: CellsmithError,
        message: expect.stringContaining('more than 2000000 different words') as string,
      }) as Error,
    );
  });
});

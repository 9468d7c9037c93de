import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawBlocks, toFileRanges } from './arrange-text';

const fraction = fc.double({ min: 0.01, max: 0.4, noNaN: true });
const length = ({ from, to }: { from: number; to: number }) => to - from;
const nothing = () => null;

describe('drawing two blocks of a text', () => {
  it('gives one of each in about the sizes asked for, and all the rest to training, each token once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 5000 }),
        fraction,
        fraction,
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        (count, valid, test, seed, lineLengths) => {
          const starts = new Set([0]);
          for (let at = 0, i = 0; at < count; i++)
            starts.add((at += lineLengths[i % lineLengths.length] ?? 1));
          const nextLine = (at: number, bound: number) => {
            for (let each = at; each <= bound; each++) if (starts.has(each)) return each;
            return null;
          };
          const blocks = drawBlocks(count, { valid, test, seed }, nextLine);
          const all = [...blocks.train, ...blocks.valid, ...blocks.test].sort((a, b) => a.from - b.from);
          let at = 0;
          for (const { from, to } of all) {
            expect(from).toBe(at);
            expect(to).toBeGreaterThan(from);
            at = to;
          }
          expect(at).toBe(count);
          for (const [name, share] of [
            ['valid', valid],
            ['test', test],
          ] as const) {
            const size = blocks[name].reduce((sum, range) => sum + length(range), 0);
            const asked = Math.round(share * count);
            expect(blocks[name].length).toBe(asked > 0 ? 1 : 0);
            expect(Math.abs(size - asked)).toBeLessThanOrEqual(asked / 4);
          }
        },
      ),
    );
  });

  it('is fixed by the seed, differs with it, and puts blocks everywhere and either first', () => {
    const draws = Array.from({ length: 200 }, (_, seed) =>
      drawBlocks(10_000, { valid: 0.1, test: 0.1, seed }, nothing),
    );
    expect(drawBlocks(10_000, { valid: 0.1, test: 0.1, seed: 7 }, nothing)).toEqual(draws[7]);
    const starts = draws.map(({ valid }) => valid[0]?.from ?? -1);
    expect(new Set(starts).size).toBeGreaterThan(190);
    const first = draws.filter(({ valid, test }) => (valid[0]?.from ?? 0) < (test[0]?.from ?? 0)).length;
    expect(first).toBeGreaterThan(70);
    expect(first).toBeLessThan(130);
    // of 8,000 free tokens half are before the middle of the text on average
    expect(starts.reduce((a, b) => a + b, 0) / starts.length).toBeCloseTo(4500, -3);
  });
});

describe('a text of several files', () => {
  it('has its tokens where its files have them, in the order of the text', () => {
    const files = [
      { from: 10, to: 13 },
      { from: 0, to: 0 },
      { from: 3, to: 5 },
      { from: 20, to: 22 },
    ];
    const positions = [10, 11, 12, 3, 4, 20, 21];
    fc.assert(
      fc.property(fc.nat(7), fc.nat(7), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const found = toFileRanges(files, [{ from, to }]).flatMap((range) =>
          Array.from({ length: length(range) }, (_, i) => range.from + i),
        );
        expect(found).toEqual(positions.slice(from, to));
      }),
    );
  });
});

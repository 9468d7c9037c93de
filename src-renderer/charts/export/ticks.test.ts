import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ticksOf } from './ticks';

it('ticks are round and lie in the stretch', () => {
  expect(ticksOf({ min: 0, max: 1 }, false)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticksOf({ min: 12, max: 97 }, false)).toEqual([20, 40, 60, 80]);
  expect(ticksOf({ min: 0.5, max: 200 }, true)).toEqual([1, 10, 100]);
  expect(ticksOf({ min: 1, max: 100 }, true)).toEqual([1, 2, 5, 10, 20, 50, 100]);
  expect(ticksOf({ min: 80, max: 120 }, true)).toEqual([80, 90, 100, 110, 120]);
});

it('there are some and not too many of them, for any range', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.boolean(),
      (min, factor, logarithmic) => {
        const range = { min, max: min * (1 + factor) };
        const ticks = ticksOf(range, logarithmic);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(range.min * (1 - 1e-9));
          expect(tick).toBeLessThanOrEqual(range.max * (1 + 1e-9));
        }
      },
    ),
  );
});

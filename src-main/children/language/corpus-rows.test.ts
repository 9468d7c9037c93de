import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWindows } from './text-windows';

describe('the windows of a text', () => {
  it('make every token the target of exactly one window, rows in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 40 }),
        (tokens, batch, steps) => {
          const seen: number[] = [];
          for (let row = 0; row < batch; row++)
            for (const { positions, ends } of rowWindows(tokens, batch, steps))
              for (let step = 0; step < steps; step++) {
                const target = (positions[row] ?? NaN) + step;
                if (target < (ends[row] ?? NaN)) seen.push(target);
              }
          expect(seen).toEqual(Array.from({ length: tokens }, (_, target) => target));
        },
      ),
    );
  });

  it('are as few as the longest row requires', () => {
    expect(rowWindows(929_589, 20, 35).length).toBe(1328);
    expect(rowWindows(10, 3, 4).map(({ positions }) => [...positions])).toEqual([[0, 3, 6]]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBelowMedian, median } from './median-rule';
import { runningAverages } from './scores';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('the median', () => {
  it('has as many values above it as below', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it('of an even number is half way between the two in the middle, also where one is past all numbers', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([-Infinity, -Infinity])).toBe(-Infinity);
    expect(median([])).toBeNaN();
  });
});

describe('the median rule', () => {
  // Averages after three epochs of five children, with their scores.
  const averages = [
    [0.1, 0.2, 0.3], // 0.2
    [0.3, 0.3, 0.3], // 0.3
    [0.2, 0.4, 0.6], // 0.4
    [0.4, 0.5, 0.6], // 0.5
    [0.6, 0.6, 0.6], // 0.6
  ].map((scores) => runningAverages(scores)[2] ?? NaN);

  it('ends a child whose best epoch is below the middle of the averages, and no other', () => {
    expect(isBelowMedian([0.1, 0.39, 0.38], averages)).toBe(true);
    expect(isBelowMedian([0.1, 0.41, 0.2], averages)).toBe(false);
    expect(isBelowMedian([0.1, 0.2, 0.3], [])).toBe(false);
  });

  it('does not depend on the order of the others', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(averages, { minLength: 5 }), number, (shuffled, score) => {
        expect(isBelowMedian([score], shuffled)).toBe(isBelowMedian([score], averages));
      }),
    );
  });
});

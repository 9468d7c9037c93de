import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probabilityBelow } from './learning-curve';

/** Where it is as probable to be above as below. */
function expected(scores: readonly number[], epochs: number): number {
  let [low, high] = [-10, 10];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (probabilityBelow(middle, scores, epochs) < 0.5) low = middle;
    else high = middle;
  }
  return low;
}

describe('the forecast of a learning curve', () => {
  // By NumPy: the same curves fitted with numpy.linalg.lstsq, Student's t integrated by the trapezoidal rule.
  it.each([
    [0.7, [0.2, 0.3787, 0.4508, 0.4911, 0.5271], 20, 0.976819],
    [0.66, [0.1901, 0.3763, 0.467, 0.4951, 0.5255], 20, 0.946776],
    [0.58, [0.2049, 0.4036, 0.4677, 0.4907, 0.5197, 0.5403], 8, 0.980453],
    [0.86, [0.1866, 0.4934, 0.5903, 0.6562, 0.6884, 0.7307, 0.7397, 0.7701, 0.7809, 0.7872], 50, 0.081272],
    [0.45, [0.5748, 0.5446, 0.5328, 0.5261], 8, 0.072085],
  ])('that it ends below %d is what NumPy says', (bound, scores, epochs, probability) => {
    expect(probabilityBelow(bound, scores, epochs)).toBeCloseTo(probability, 5);
  });

  it('finds where a power law or an exponential leads, from its first ten epochs', () => {
    const law = fc.record({
      limit: fc.double({ min: 0.3, max: 0.95, noNaN: true }),
      span: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
      rate: fc.double({ min: 0.4, max: 1.5, noNaN: true }),
      isPower: fc.boolean(),
    });
    fc.assert(
      fc.property(law, ({ limit, span, rate, isPower }) => {
        const at = (epoch: number): number =>
          limit - span * (isPower ? epoch ** -rate : Math.exp(-rate * epoch));
        const scores = Array.from({ length: 10 }, (_, place) => at(place + 1));
        expect(Math.abs(expected(scores, 20) - at(20))).toBeLessThan(0.02);
      }),
    );
  });

  it('is a probability that grows with the bound, and follows scores that are all moved', () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 12 });
    const bound = fc.double({ min: -1, max: 2, noNaN: true });
    fc.assert(
      fc.property(scores, bound, bound, (curve, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const [below, above] = [probabilityBelow(low, curve, 20), probabilityBelow(high, curve, 20)];
        expect(below).toBeGreaterThanOrEqual(0);
        expect(above).toBeLessThanOrEqual(1 + 1e-12);
        expect(below).toBeLessThanOrEqual(above + 1e-12);
        const moved = curve.map((score) => score + 0.25);
        expect(probabilityBelow(low + 0.25, moved, 20)).toBeCloseTo(below, 6);
      }),
    );
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { trainingTimes } from './figures';

it('time in which several children train counts once, and a pause not at all', () => {
  const times = trainingTimes([
    { number: 1, startedAt: 1000, endedAt: 1100 },
    { number: 2, startedAt: 1050, endedAt: 1150 },
    { number: 3, startedAt: 9000, endedAt: 9010 },
    { number: 4, startedAt: 9010, endedAt: null },
    { number: 5, startedAt: null, endedAt: 9005 },
  ]);
  expect([...times].sort()).toEqual([
    [1, 100],
    [2, 150],
    [3, 160],
    [5, 155],
  ]);
});

it('agrees with counting every millisecond', () => {
  const span = fc.record({
    startedAt: fc.integer({ min: 0, max: 60 }),
    length: fc.integer({ min: 0, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
      const trials = spans.map(({ startedAt, length }, index) => ({
        number: index + 1,
        startedAt,
        endedAt: startedAt + length,
      }));
      const times = trainingTimes(trials);
      for (const { number, endedAt } of trials) {
        let counted = 0;
        for (let at = 0; at < endedAt; at++)
          if (trials.some((other) => other.startedAt <= at && at < other.endedAt)) counted++;
        expect(times.get(number)).toBe(counted);
      }
    }),
  );
});

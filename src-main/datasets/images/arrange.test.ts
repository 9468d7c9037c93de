import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../src-shared/random';
import { drawStratified, splitTrainValidation } from './arrange';

const labelsOf = (count: number, classes: number): Int32Array => {
  const generator = Generator.seeded(3);
  return Int32Array.from({ length: count }, () => generator.integer(classes));
};

const perClass = (labels: Int32Array, indices: Int32Array, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0);
  for (const index of indices) counts[labels[index] ?? 0] = (counts[labels[index] ?? 0] ?? 0) + 1;
  return counts;
};

describe('the validation split', () => {
  it('of CIFAR-10 is 500 of every class, 45,000 remain', () => {
    const labels = Int32Array.from({ length: 50_000 }, (_, i) => i % 10);
    const { trainIndices, validationIndices } = splitTrainValidation(labels, {
      validationSize: 5000,
      seed: 0,
    });
    expect(trainIndices).toHaveLength(45_000);
    expect(perClass(labels, validationIndices, 10)).toEqual(new Array(10).fill(500));
  });

  it('is a partition in ascending order with proportional shares, for any labels, size and seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer(),
        (values, share, seed) => {
          const labels = Int32Array.from(values);
          const size = Math.floor(share * labels.length);
          const { kept, drawn } = drawStratified(labels, 7, size, seed, 'x');
          expect(drawn).toHaveLength(size);
          expect(Array.from([...kept, ...drawn]).sort((a, b) => a - b)).toEqual(values.map((_, i) => i));
          for (const part of [kept, drawn]) expect(part).toEqual(Int32Array.from(part).sort());
          const all = perClass(labels, Int32Array.from(labels.keys()), 7);
          perClass(labels, drawn, 7).forEach((count, label) => {
            expect(Math.abs(count - ((all[label] ?? 0) * size) / labels.length)).toBeLessThan(1);
          });
        },
      ),
    );
  });

  it('is fixed by its seed, 0 as any other, and differs between seeds', () => {
    const labels = labelsOf(1000, 5);
    const draw = (seed: number) =>
      splitTrainValidation(labels, { validationSize: 100, seed }).validationIndices;
    for (const seed of [0, 1, 2 ** 31]) expect(draw(seed)).toEqual(draw(seed));
    const drawn = new Set([0, 1, 2, 3].map((seed) => draw(seed).join()));
    expect(drawn.size).toBe(4);
  });

  it('takes every image equally often over many seeds', () => {
    const labels = labelsOf(60, 3);
    const times = new Array<number>(60).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      for (const index of splitTrainValidation(labels, { validationSize: 0.25, seed }).validationIndices) {
        times[index] = (times[index] ?? 0) + 1;
      }
    }
    // binomial: 500 expected, deviation about 19; five deviations either way, and the rounding of the classes' shares
    expect(Math.min(...times)).toBeGreaterThan(380);
    expect(Math.max(...times)).toBeLessThan(620);
  });

  it('may be a fraction, or nothing', () => {
    const labels = labelsOf(1000, 5);
    expect(splitTrainValidation(labels, { validationSize: 0.1, seed: 1 }).validationIndices).toHaveLength(
      100,
    );
    expect(splitTrainValidation(labels, { validationSize: 0, seed: 1 }).trainIndices).toHaveLength(1000);
  });

  it.each([1000, 1.5, -1, NaN, 5000])('cannot be %s of 1000', (validationSize) => {
    expect(() => splitTrainValidation(labelsOf(1000, 5), { validationSize, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'config.invalid' }) as Error,
    );
  });
});

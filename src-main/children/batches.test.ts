import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../src-shared/random';
import { evaluationBatches, trainingBatches } from './schedule';

const splits = fc.record({
  indices: fc.uniqueArray(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 200 }),
  batchSize: fc.integer({ min: 1, max: 70 }),
  seed: fc.integer({ min: 0, max: 0xffffffff }),
});

describe('an epoch of training', () => {
  it('uses no image twice, and leaves out fewer than a batch', () => {
    fc.assert(
      fc.property(splits, ({ indices, batchSize, seed }) => {
        const batches = trainingBatches(Int32Array.from(indices), batchSize, Generator.seeded(seed));
        const shown = batches.flatMap((batch) => [...batch]);
        expect(batches.every((batch) => batch.length === batchSize)).toBe(true);
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.every((image) => indices.includes(image))).toBe(true);
        expect(indices.length - shown.length).toBeLessThan(batchSize);
      }),
    );
  });

  it('has a new order each time, the same for the same seed, and does not change the split', () => {
    const indices = Int32Array.from({ length: 100 }, (_, i) => i);
    const generator = Generator.seeded(0);
    const epochs = [1, 2].map(() => trainingBatches(indices, 10, generator));
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(trainingBatches(indices, 10, Generator.seeded(0))).toEqual(epochs[0]);
    expect(indices.every((image, i) => image === i)).toBe(true);
  });
});

describe('an evaluation', () => {
  it('counts every image exactly once', () => {
    fc.assert(
      fc.property(splits, ({ indices, batchSize }) => {
        const batches = evaluationBatches(Int32Array.from(indices), batchSize);
        const counted = batches.flatMap(({ indices: images, weights }) =>
          [...images].filter((_, i) => weights[i] === 1),
        );
        expect(counted).toEqual(indices);
        for (const { indices: images, weights } of batches) {
          expect([images.length, weights.length]).toEqual([batchSize, batchSize]);
          expect([...weights].every((weight) => weight === 0 || weight === 1)).toBe(true);
        }
      }),
    );
  });
});

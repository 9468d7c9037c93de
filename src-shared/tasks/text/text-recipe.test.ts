import { describe, expect, it } from 'vitest';
import { languageRateAt } from './text-recipe';

describe('the learning rate of a child on text', () => {
  it("falls as in Zaremba's medium model: 1 for six epochs, then divided by 1.2 for each", () => {
    const recipe = { learningRate: 1, decay: { kind: 'after', constantEpochs: 6, divisor: 1.2 } } as const;
    expect([0, 5, 6, 7].map((epoch) => languageRateAt(recipe, epoch))).toEqual([1, 1, 1 / 1.2, 1 / 1.2 ** 2]);
    // The last of 39 epochs.
    expect(languageRateAt(recipe, 38)).toBeCloseTo(1.2 ** -33, 12);
  });

  it('stays where it does not fall', () => {
    expect(languageRateAt({ learningRate: 0.5, decay: { kind: 'constant' } }, 30)).toBe(0.5);
  });
});

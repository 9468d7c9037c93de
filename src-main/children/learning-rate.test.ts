import { describe, expect, it } from 'vitest';
import { learningRateAt } from './schedule';

const start = { step: 0, steps: 10 };

describe('the learning rate', () => {
  it('is constant without decay', () => {
    expect(learningRateAt({ decay: { kind: 'constant' }, epochs: 5 }, 0.1, { ...start, epoch: 4 })).toBe(0.1);
  });

  it('falls by the factor at the start of each named epoch', () => {
    const recipe = { decay: { kind: 'step' as const, epochs: [2, 3], factor: 0.1 }, epochs: 5 };
    const rates = [0, 1, 2, 3, 4].map((epoch) => learningRateAt(recipe, 1, { ...start, epoch }));
    [1, 1, 0.1, 0.01, 0.01].forEach((rate, epoch) => expect(rates[epoch]).toBeCloseTo(rate, 12));
  });

  it('follows half a cosine per step: full at first, half in the middle, near 0 at the end', () => {
    const recipe = { decay: { kind: 'cosine' }, epochs: 3 } as const;
    const at = (epoch: number, step: number): number =>
      learningRateAt(recipe, 0.2, { epoch, step, steps: 10 });
    expect(at(0, 0)).toBe(0.2);
    expect(at(1, 5)).toBeCloseTo(0.1, 12);
    expect(at(1, 0)).toBeCloseTo(0.15, 12);
    expect(at(2, 9)).toBeCloseTo(0.1 * (1 + Math.cos((Math.PI * 29) / 30)), 12);
    expect(at(2, 9)).toBeGreaterThan(0);
  });
});

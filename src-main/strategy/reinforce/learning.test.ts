import { describe, expect, it } from 'vitest';
import { meanOf } from '../replicas';
import {
  paperController,
  syntheticExpectation,
  syntheticReward,
  syntheticSearch,
  syntheticVariance,
} from '../../testing/synthetic-strategy';

describe('on the synthetic reward over six layers of v1', () => {
  it('one architecture reaches 1, and each part counts', () => {
    const layer = (early: boolean, candidates: number): (number | number[])[] => {
      const links = Array.from({ length: candidates }, (_, from) => (from === 0 ? 1 : 0));
      return early ? [1, 1, 1, links] : [3, 2, 2, links];
    };
    const best = [0, 1, 2, 3, 4, 5].flatMap((k) => layer(k < 3, k));
    expect(syntheticReward(best)).toBeCloseTo(1, 12);
    const halfKernel = best.with(0, 0);
    expect(syntheticReward(halfKernel)).toBeCloseTo(1 - 0.28 / 6, 12);
    expect(syntheticReward(halfKernel.with(1, 0)), 'the other half was worth nothing').toBeCloseTo(
      1 - 0.28 / 6,
      12,
    );
    expect(syntheticReward(best.with(2, 0))).toBeCloseTo(1 - 0.4 / 6, 12);
    expect(syntheticReward(best.with(7, [0]))).toBeCloseTo(1 - 0.32 / 15, 12);
  });

  it('random search scores what uniform draws are expected to', () => {
    const proposals = 4000;
    for (const seed of [0, 1, 2]) {
      const rewards = syntheticSearch({ ...paperController, strategy: 'random' }, seed, proposals);
      const mean = meanOf(rewards);
      const standardError = Math.sqrt(syntheticVariance / proposals);
      expect(Math.abs(mean - syntheticExpectation)).toBeLessThan(3 * standardError);
      const variance = meanOf(rewards.map((reward) => (reward - mean) ** 2));
      expect(variance / syntheticVariance).toBeCloseTo(1, 1);
      expect(meanOf(rewards.slice(-200)) - syntheticExpectation).toBeLessThan(
        4 * Math.sqrt(syntheticVariance / 200),
      );
    }
  });

  it("the paper's controller reaches 0.93 within 12,800 proposals, where PyTorch's does", () => {
    const rewards = syntheticSearch(paperController, 0, 12_800);
    const meanUpTo = (proposals: number): number => meanOf(rewards.slice(proposals - 200, proposals));
    expect(Math.abs(meanUpTo(200) - syntheticExpectation), 'it starts at random').toBeLessThan(0.05);
    expect(meanUpTo(2000)).toBeGreaterThan(0.55);
    expect(meanUpTo(2000), 'that fast it cannot be').toBeLessThan(0.8);
    expect(meanUpTo(12_800)).toBeGreaterThanOrEqual(0.93);
  }, 240_000);
});

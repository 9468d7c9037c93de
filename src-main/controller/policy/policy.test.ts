import { describe, expect, it } from 'vitest';
import { evaluateCase, readFixture } from '../fixtures/controller-fixture';

const cases = readFixture().policies;

describe("the policy, against PyTorch's on the same weights and decisions", () => {
  it.each(cases.map((policyCase) => [policyCase.title, policyCase] as const))('%s', (_, policyCase) => {
    const { walks, gradient } = evaluateCase(policyCase);
    for (const [k, walk] of walks.entries()) {
      expect(distance(walk.logProbabilities, policyCase.walks[k]?.logProbabilities)).toBeLessThan(1e-12);
      expect(distance(walk.entropies, policyCase.walks[k]?.entropies)).toBeLessThan(1e-12);
    }
    const expected = policyCase.gradient ?? policyCase.gradientSums;
    expect(Math.max(...(expected ?? []).map(Math.abs))).toBeGreaterThan(1e-3);
    expect(distance(gradient, expected)).toBeLessThan(1e-11);
  });
});

function distance(a: readonly number[], b: readonly number[] = []): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));
}

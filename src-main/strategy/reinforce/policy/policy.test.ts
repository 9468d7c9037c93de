import { describe, expect, it } from 'vitest';
import { Generator } from '../../../../src-shared/random';
import { evaluateCase, readFixture } from '../../../testing/controller-fixture';
import { smallConfig, smallSpace } from '../../../testing/synthetic-strategy';
import { initialParameters } from './layout';
import { createPolicy, sample, score, useParameters, type Policy } from './policy';

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

describe('activations that are kept for the gradient', () => {
  const fresh = (seed: number): Policy => withParameters(createPolicy(smallSpace(), smallConfig), seed);
  const withParameters = (policy: Policy, seed: number): Policy => {
    useParameters(policy, initialParameters(policy.layout, 1, Generator.seeded(seed)));
    return policy;
  };

  it('change no result, however many samples there were since, and whatever parameters they came from', () => {
    const policy = withParameters(createPolicy(smallSpace(), smallConfig, 3), 1);
    const draws = Generator.seeded(2);
    const samples = [4, 3, 5, 2, 4].map((depth) => ({ depth, ...sample(policy, depth, draws) }));
    for (const { depth, decisions, ...walk } of samples)
      expect(score(policy, depth, decisions)).toEqual({ decisions, ...walk });
    withParameters(policy, 3);
    for (const { depth, decisions, logProbabilities } of samples) {
      const scored = score(policy, depth, decisions);
      expect(scored).toEqual(score(fresh(3), depth, decisions));
      expect(scored.logProbabilities).not.toEqual(logProbabilities);
    }
  });

  it('are not taken for another depth', () => {
    const policy = withParameters(createPolicy(smallSpace(), smallConfig, 3), 1);
    const { decisions, ...walk } = sample(policy, 4, Generator.seeded(2));
    expect(() => score(policy, 3, decisions)).toThrow(/do not fit/);
    expect(score(policy, 4, decisions)).toEqual({ decisions, ...walk });
  });
});

function distance(a: readonly number[], b: readonly number[] = []): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));
}

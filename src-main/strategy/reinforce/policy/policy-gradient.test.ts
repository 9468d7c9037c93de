import { describe, expect, it } from 'vitest';
import { Generator } from '../../../../src-shared/random';
import { smallSpace } from '../../../testing/synthetic-strategy';
import { createBackward } from './backward';
import { initialParameters } from './layout';
import { createPolicy, sample, score, useParameters, type Policy, type PolicyOptions } from './policy';
import { addPolicyGradient, type WeightedDecisions } from './policy-gradient';

function smallPolicy(options: Partial<PolicyOptions> = {}): Policy {
  const policy = createPolicy(smallSpace(), {
    hiddenUnits: 5,
    layers: 2,
    temperature: 1,
    tanhConstant: null,
    ...options,
  });
  useParameters(policy, initialParameters(policy.layout, 1, Generator.seeded(3)));
  return policy;
}

function objective(policy: Policy, batch: readonly WeightedDecisions[], entropyWeight: number): number {
  let sum = 0;
  for (const { depth, decisions, weight } of batch) {
    const { logProbabilities, entropies } = score(policy, depth, decisions);
    for (const logProbability of logProbabilities) sum += weight * logProbability;
    for (const entropy of entropies) sum += entropyWeight * entropy;
  }
  return sum;
}

describe('the gradient of the policy', () => {
  it.each([
    ['as in the paper', {}, 0],
    ['with one LSTM layer', { layers: 1 }, 0],
    ['with three', { layers: 3 }, 0],
    ['with a temperature', { temperature: 1.7 }, 0],
    ['with a tanh constant', { tanhConstant: 2.5 }, 0],
    ['with an entropy bonus', {}, 0.7],
    ['with all of them', { temperature: 1.7, tanhConstant: 2.5 }, 0.7],
  ])('agrees with finite differences in every parameter, %s', (_, options, entropyWeight) => {
    const policy = smallPolicy(options);
    const draws = Generator.seeded(8);
    const batch = [4, 5, 3].map((depth, k) => ({
      depth,
      decisions: sample(policy, depth, draws).decisions,
      weight: [0.9, -0.4, 1.3][k] ?? 0,
    }));
    const gradient = new Float64Array(policy.layout.size);
    addPolicyGradient(policy, createBackward(policy), batch, entropyWeight, gradient);
    const { parameters } = policy;
    const step = 1e-5;
    const differences = gradient.map((_slope, i) => {
      const held = parameters[i] ?? 0;
      const shifted = [step, -step].map((shift) => {
        parameters[i] = held + shift;
        useParameters(policy, parameters);
        return objective(policy, batch, entropyWeight);
      });
      parameters[i] = held;
      return ((shifted[0] ?? 0) - (shifted[1] ?? 0)) / (2 * step);
    });
    for (const { name, offset, shape } of policy.layout.blocks) {
      const end = offset + shape.reduce((product, side) => product * side, 1);
      const error = gradient
        .subarray(offset, end)
        .map((slope, i) => Math.abs(slope - (differences[offset + i] ?? 0)));
      expect(Math.max(...error), name).toBeLessThan(1e-8);
      expect(Math.max(...gradient.subarray(offset, end).map(Math.abs)), `${name} is used`).toBeGreaterThan(
        1e-4,
      );
    }
  });
});

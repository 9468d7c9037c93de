import { expect, it } from 'vitest';
import { adamStep, createAdam } from './parameter-server';
import { readFixture } from '../../testing/controller-fixture';

it("Adam moves parameters as PyTorch's does, gradients of 1, of 1e-7 and of 0", () => {
  const { learningRate, start, gradients, after } = readFixture().adam;
  const adam = createAdam(start.length, learningRate);
  const parameters = Float64Array.from(start);
  for (const [step, gradient] of gradients.entries()) {
    adamStep(adam, parameters, Float64Array.from(gradient));
    for (const [i, expected] of (after[step] ?? []).entries())
      expect(Math.abs((parameters[i] ?? NaN) - expected)).toBeLessThan(1e-14);
  }
  expect(adam.steps).toBe(6);
  expect(parameters[2]).toBe(0.5);
});

import { describe, expect, it } from 'vitest';
import { Generator } from '../../src-shared/random';
import { adamStep, createAdam } from './adam';
import { createParameterServer, sendGradient, type ParameterServer } from './parameter-server';

function numbers(seed: number, length = 103): Float64Array {
  const generator = Generator.seeded(seed);
  return new Float64Array(length).map(() => generator.normal());
}

function server(shards: number, accumulate: number): ParameterServer {
  return createParameterServer(numbers(0), { shards, accumulate, learningRate: 0.01 });
}

describe('the parameter server', () => {
  it.each([1, 2, 20, 103, 200])('makes of %i shards what one Adam makes of the whole vector', (shards) => {
    const sharded = server(shards, 1);
    const whole = numbers(0);
    const adam = createAdam(whole.length, 0.01);
    for (let seed = 1; seed <= 5; seed++) {
      sendGradient(sharded, numbers(seed));
      adamStep(adam, whole, numbers(seed));
    }
    expect(sharded.shards).toHaveLength(shards);
    expect(sharded.parameters).toEqual(whole);
    expect(sharded.version).toBe(5);
  });

  it('updates on every n-th gradient, by their mean, and counts versions by updates', () => {
    const accumulating = server(4, 3);
    const once = server(1, 1);
    for (const seed of [1, 2]) sendGradient(accumulating, numbers(seed));
    expect(accumulating.parameters).toEqual(numbers(0));
    expect(accumulating).toMatchObject({ version: 0, gradients: 2 });
    sendGradient(accumulating, numbers(3));
    const [a, b, c] = [numbers(1), numbers(2), numbers(3)];
    sendGradient(
      once,
      a.map((value, i) => (value + (b[i] ?? 0) + (c[i] ?? 0)) / 3),
    );
    expect(accumulating).toMatchObject({ version: 1, gradients: 0 });
    for (const [i, value] of accumulating.parameters.entries())
      expect(value).toBeCloseTo(once.parameters[i] ?? NaN, 9);
  });
});

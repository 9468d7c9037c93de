import { describe, expect, it } from 'vitest';
import { Generator } from '../../../src-shared/random';
import {
  adamStep,
  createAdam,
  clockOf,
  createParameterServer,
  fetchParameters,
  sendGradient,
  sendToShard,
  type ParameterServer,
} from './parameter-server';

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
    expect(sharded.shards.map(({ version }) => version)).toEqual(Array(shards).fill(5));
  });

  it('updates on every n-th gradient, by their mean, and counts versions by updates', () => {
    const accumulating = server(4, 3);
    const once = server(1, 1);
    for (const seed of [1, 2]) sendGradient(accumulating, numbers(seed));
    expect(accumulating.parameters).toEqual(numbers(0));
    expect(clockOf(accumulating)).toEqual({ version: 0, gradients: 2 });
    sendGradient(accumulating, numbers(3));
    const [a, b, c] = [numbers(1), numbers(2), numbers(3)];
    sendGradient(
      once,
      a.map((value, i) => (value + (b[i] ?? 0) + (c[i] ?? 0)) / 3),
    );
    expect(clockOf(accumulating)).toEqual({ version: 1, gradients: 0 });
    for (const [i, value] of accumulating.parameters.entries())
      expect(value).toBeCloseTo(once.parameters[i] ?? NaN, 9);
  });

  it('has shards that update by what they themselves were sent, in whatever turns they are sent it', () => {
    const [together, apart] = [server(5, 2), server(5, 2)];
    const gradients = [1, 2, 3, 4].map((seed) => numbers(seed));
    for (const gradient of gradients) sendGradient(together, gradient);
    const send = (shard: (typeof apart.shards)[number], gradient: Float64Array): void =>
      sendToShard(shard, gradient.subarray(shard.start, shard.start + shard.parameters.length), 2);
    for (const [index, shard] of apart.shards.entries()) {
      for (const gradient of gradients) send(shard, gradient);
      expect(apart.shards.map(({ version }) => version)).toEqual(
        [0, 1, 2, 3, 4].map((s) => (s <= index ? 2 : 0)),
      );
    }
    expect(fetchParameters(apart)).toEqual(fetchParameters(together));
  });

  it('gives a replica parameters that stay as they were when it fetched them', () => {
    const shared = server(7, 1);
    const fetched = fetchParameters(shared);
    sendGradient(shared, numbers(1));
    expect(fetched).toEqual(numbers(0));
    expect(fetchParameters(shared)).not.toEqual(fetched);
  });
});

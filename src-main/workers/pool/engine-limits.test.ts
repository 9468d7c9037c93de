import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { engineLimits } from './local-pool';

describe('the resources of a trainer', () => {
  it('are its share of the cores, at least one, unless the configuration sets threads', () => {
    const threads = (count: number, given: number | null): number | undefined =>
      engineLimits({ count, threads: given, device: 'auto' }).threads;
    expect(threads(1, null)).toBe(availableParallelism());
    expect(threads(1000, null)).toBe(1);
    expect(threads(1000, 3)).toBe(3);
  });

  it('are every GPU, none, or the named one', () => {
    const gpus = (device: string): readonly number[] | undefined =>
      engineLimits({ count: 1, threads: 1, device }).gpus;
    expect([gpus('auto'), gpus('cpu'), gpus('gpu:3')]).toEqual([undefined, [], [3]]);
  });

  it('are the GPU memory that the configuration sets', () => {
    const memory = (gpuMemory: number | null): number | undefined =>
      engineLimits({ count: 2, threads: 1, device: 'gpu:0', gpuMemory }).gpuMemory;
    expect([memory(null), memory(4000)]).toEqual([undefined, 4000]);
  });
});

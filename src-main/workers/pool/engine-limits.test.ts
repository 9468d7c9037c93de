import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { engineLimits } from './engine-limits';

describe('what a trainer may use', () => {
  it('is its share of the cores, at least one, unless the configuration says how many', () => {
    const threads = (count: number, given: number | null): number | undefined =>
      engineLimits({ count, threads: given, device: 'auto' }).threads;
    expect(threads(1, null)).toBe(availableParallelism());
    expect(threads(1000, null)).toBe(1);
    expect(threads(1000, 3)).toBe(3);
  });

  it('is every GPU, none, or the one that is named', () => {
    const gpus = (device: string): readonly number[] | undefined =>
      engineLimits({ count: 1, threads: 1, device }).gpus;
    expect([gpus('auto'), gpus('cpu'), gpus('gpu:3')]).toEqual([undefined, [], [3]]);
  });

  it('is as much of the memory of a GPU as the configuration gives it', () => {
    const memory = (gpuMemory: number | null): number | undefined =>
      engineLimits({ count: 2, threads: 1, device: 'gpu:0', gpuMemory }).gpuMemory;
    expect([memory(null), memory(4000)]).toEqual([undefined, 4000]);
  });
});

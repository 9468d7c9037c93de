import { availableParallelism } from 'node:os';
import type { SearchConfig } from '../../../src-shared/config/search-config';
import type { EngineLimits } from '../../engine/load';

/** What is said of trainers: how many there are, and what each may use. */
export type TrainerShares = Pick<SearchConfig['trainers'], 'count' | 'threads' | 'device'> & {
  readonly gpuMemory?: number | null;
};

/** What each trainer process may use. Without a number of threads the machine's cores are shared evenly. */
export function engineLimits({ count, threads, device, gpuMemory = null }: TrainerShares): EngineLimits {
  return {
    threads: threads ?? Math.max(1, Math.floor(availableParallelism() / count)),
    ...(device !== 'auto' && { gpus: device === 'cpu' ? [] : [Number(device.slice('gpu:'.length))] }),
    ...(gpuMemory !== null && { gpuMemory }),
  };
}

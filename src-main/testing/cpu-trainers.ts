import { presets } from '../../src-shared/config/presets/presets';
import type { SearchConfig } from '../../src-shared/config/search-config';

/** So many trainers of one thread on the CPU, whose results repeat bit by bit, and whose failures count at once. */
export function cpuTrainers(
  count: number,
  changes: Partial<SearchConfig['trainers']> = {},
): SearchConfig['trainers'] {
  return { ...presets.demo.config.trainers, count, threads: 1, device: 'cpu', retries: 0, ...changes };
}

import { presets } from '../../src-shared/config/presets';
import type { SearchConfig } from '../../src-shared/config/search-config';

/** Trainers of one thread on the CPU, with bit-identical results and without retries. */
export function cpuTrainers(
  count: number,
  changes: Partial<SearchConfig['trainers']> = {},
): SearchConfig['trainers'] {
  return { ...presets.demo.config.trainers, count, threads: 1, device: 'cpu', retries: 0, ...changes };
}

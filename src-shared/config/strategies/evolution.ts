import { z } from 'zod';
import { option } from '../../option';
import { describeStrategy } from './strategy-description';

/** Regularised evolution (Real et al. 2018, arXiv:1802.01548, section 3). */
export const evolution = describeStrategy('evolution', {
  label: 'Evolution',
  help: 'Regularised evolution: mutates one decision of the best of a sample of the population, whose oldest member leaves.',
  options: z.strictObject({
    strategy: z.literal('evolution'),
    population: option(z.int().min(1).max(10_000), {
      label: 'Population',
      help: 'Networks that may become parents (P). The first P are drawn at random; then the oldest leaves for each that is trained.',
      initial: () => 20,
    }),
    sampleSize: option(z.int().min(1).max(10_000), {
      label: 'Sample size',
      help: 'Members of the population drawn, with replacement, for a tournament (S): the best of them is the parent of the next network.',
      initial: () => 10,
    }),
  }),
  diagnostics: {
    'population.best': { label: 'Best of the population', unit: null, chart: 'Reward' },
    'population.mean': { label: 'Mean of the population', unit: null, chart: 'Reward' },
    'population.size': { label: 'Population', unit: 'networks', chart: 'Population' },
    'population.different': { label: 'Different networks', unit: 'networks', chart: 'Population' },
  },
  probabilities: 'Shares of the population',
});

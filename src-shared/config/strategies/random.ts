import { z } from 'zod';
import { laneOptions, describeStrategy } from './strategy-description';

/** The paper's control (section 4, "comparison against random search"). */
export const random = describeStrategy('random', {
  label: 'Random search',
  help: 'Uniform random proposals, as a baseline.',
  options: z.strictObject({ strategy: z.literal('random'), ...laneOptions }),
  diagnostics: {
    'entropy.*': { label: 'Entropy', unit: 'nats', chart: 'Entropy' },
    entropy: { label: 'All decisions', unit: 'nats', chart: 'Entropy' },
  },
  probabilities: 'Probabilities of a uniform draw',
});

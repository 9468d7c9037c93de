import { z } from 'zod';
import { allDiffer, option } from '../../option';
import { describeStrategy } from './strategy-description';

/** Trains given architectures of the search space: a comparison of a few, or one of an earlier run with another recipe. */
export const fixed = describeStrategy('fixed', {
  label: 'Given architectures',
  help: 'Trains given architectures in their order, then ends.',
  options: z.strictObject({
    strategy: z.literal('fixed'),
    architectures: option(
      z.array(z.string().min(3).max(4000)).max(1000).refine(allDiffer, 'must hold no value twice'),
      {
        label: 'Architectures',
        help: "Each as its depth and its decisions, as runs show RUN --trial N gives them: '2: 1 0 2 [] 1 1 0 [1]'.",
        initial: () => [],
      },
    ),
  }),
  diagnostics: {},
  probabilities: null,
  isExhaustible: true,
});

import { z } from 'zod';
import { option, allDiffer } from '../../option';
import { activations, cellBases, combinations } from '../../architecture/cell/recurrent-cell';

/** The space of recurrent cells (paper section 3.4): complete binary trees, with cell inject and cell indices. */
export const cellSpaceSchema = z.strictObject({
  kind: z.literal('cell'),
  base: option(z.literal(cellBases), {
    label: 'Base',
    help: 'Leaves of the tree that defines a cell; each leaf has its own weights.',
    paper: { 'ptb-base8': 8 },
  }),
  combinations: option(z.array(z.enum(combinations)).min(1).refine(allDiffer, 'must hold no value twice'), {
    label: 'Combinations',
    help: 'Functions that may combine the two inputs of a tree node.',
    paper: { 'ptb-base8': ['elem_mult', 'add'], 'ptb-base8-max-sin': ['elem_mult', 'add', 'max'] },
  }),
  activations: option(z.array(z.enum(activations)).min(1).refine(allDiffer, 'must hold no value twice'), {
    label: 'Activations',
    help: 'Activations that may follow the combination.',
    paper: {
      'ptb-base8': ['identity', 'tanh', 'sigmoid', 'relu'],
      'ptb-base8-max-sin': ['identity', 'tanh', 'sigmoid', 'relu', 'sin'],
    },
  }),
});
export type CellSpaceConfig = z.infer<typeof cellSpaceSchema>;

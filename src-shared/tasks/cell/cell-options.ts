import { z } from 'zod';
import { activations, cellBases, combinations } from '../../architecture/cell/recurrent-cell';
import { allDiffer } from '../all-differ';

/** The space of recurrent cells (paper section 3.4): complete binary trees, with cell inject and cell indices. */
export const cellSpaceSchema = z.strictObject({
  kind: z.literal('cell'),
  /** Leaves of the tree. */
  base: z.literal(cellBases),
  combinations: z.array(z.enum(combinations)).min(1).refine(allDiffer, 'must hold no value twice'),
  activations: z.array(z.enum(activations)).min(1).refine(allDiffer, 'must hold no value twice'),
});
export type CellSpaceConfig = z.infer<typeof cellSpaceSchema>;

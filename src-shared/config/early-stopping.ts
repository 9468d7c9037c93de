import { z } from 'zod';

const count = z.int().min(1);

/** Whether children that are not promising are ended before their last epoch, and by which rule (docs/early-stopping.md). */
export const earlyStoppingSchema = z.strictObject({
  rule: z.enum(['none', 'median', 'extrapolation']),
  /** Epochs that every child is given. */
  afterEpochs: count.max(10_000),
  /** Children that a child must have to be compared with. */
  afterChildren: count.max(100_000),
  /** Of the extrapolation: a child goes on while it may yet come among so many best. */
  best: count.max(1000),
  /** Of the extrapolation: how sure it must be that it will not. */
  confidence: z.number().min(0.5).max(0.9999),
});
export type EarlyStoppingConfig = z.infer<typeof earlyStoppingSchema>;

/** Every child is trained to its end, as in the paper; the other values are those of a rule that is switched on. */
export const noEarlyStopping: EarlyStoppingConfig = {
  rule: 'none',
  afterEpochs: 4,
  afterChildren: 8,
  best: 5,
  confidence: 0.95,
};

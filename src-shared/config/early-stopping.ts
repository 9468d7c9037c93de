import { z } from 'zod';
import { option } from '../option';

const count = z.int().min(1);

/** Which rule ends unpromising children before their last epoch, if any (docs/early-stopping.md). */
export const earlyStoppingSchema = z.strictObject({
  rule: option(z.enum(['none', 'median', 'extrapolation']), {
    label: 'Early stopping',
    help: 'Whether unpromising networks are ended before their last epoch. none trains all to the end; median ends one whose best epoch is below the median of earlier networks; extrapolation ends one whose learning curve is unlikely to reach the best of them.',
    paper: { v1: 'none' },
  }),
  afterEpochs: option(count.max(10_000), {
    label: 'Minimum epochs',
    help: 'Epochs that every network is trained for before a rule may end it; the extrapolation needs 4.',
    advanced: true,
  }),
  afterChildren: option(count.max(100_000), {
    label: 'Minimum children',
    help: 'Earlier networks that a rule needs to compare with before it ends one.',
    advanced: true,
  }),
  best: option(count.max(1000), {
    label: 'Top-k',
    help: 'Extrapolation only: a network trains on while it may still rank among the k best.',
    advanced: true,
  }),
  confidence: option(z.number().min(0.5).max(0.9999), {
    label: 'Confidence',
    help: 'Extrapolation only: a network is ended when it misses the top k with more than this probability, judged by its learning curve.',
    advanced: true,
  }),
});
export type EarlyStoppingConfig = z.infer<typeof earlyStoppingSchema>;

/** Every child is trained to its end, as in the paper; the other values are defaults for when a rule is switched on. */
export const noEarlyStopping: EarlyStoppingConfig = {
  rule: 'none',
  afterEpochs: 4,
  afterChildren: 8,
  best: 5,
  confidence: 0.95,
};

import { z } from 'zod';
import { freeCost, inputsSchema, type NodeKind } from './node-kind';

/** Normalises each channel over the batch, then scales and shifts it. Momentum and epsilon are the recipe's. */
export const batchNormalisationSchema = z.strictObject({
  kind: z.literal('batchNormalisation'),
  inputs: inputsSchema,
});

export const batchNormalisation: NodeKind<z.infer<typeof batchNormalisationSchema>> = {
  merge: 'concat',
  keepsChannels: true,
  kept: 1,
  cost: (_node, input) => ({
    ...freeCost(input),
    parameters: 2 * input.channels,
    movingStatistics: 2 * input.channels,
  }),
  text: () => 'batch normalisation',
  label: () => 'batch normalisation',
};

import { z } from 'zod';
import { freeCost, inputsSchema, type NodeKind } from './node-kind';

/** Sets each value to 0 with probability `rate` in training and scales the others by 1 / (1 − rate). */
export const dropoutSchema = z.strictObject({
  kind: z.literal('dropout'),
  rate: z.number().min(0).lt(1),
  inputs: inputsSchema,
});

export const dropout: NodeKind<z.infer<typeof dropoutSchema>> = {
  merge: 'concat',
  keepsChannels: true,
  // The result and the mask.
  kept: 2,
  cost: (_node, input) => freeCost(input),
  text: ({ rate }) => `dropout ${rate}`,
  label: ({ rate }) => `dropout ${rate}`,
};

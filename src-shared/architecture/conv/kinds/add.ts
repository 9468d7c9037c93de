import { z } from 'zod';
import { freeCost, inputsSchema, type NodeKind } from './node-kind';

/** The sum of two or more maps of one shape: the shortcut of a residual block (He et al., 2016). */
export const addSchema = z.strictObject({
  kind: z.literal('add'),
  inputs: inputsSchema.refine((inputs) => inputs.length > 1, 'must be two nodes or more'),
});

export const add: NodeKind<z.infer<typeof addSchema>> = {
  merge: 'equal',
  keepsChannels: true,
  kept: 1,
  cost: (_node, input) => freeCost(input),
  text: () => 'add',
  label: () => 'add',
};

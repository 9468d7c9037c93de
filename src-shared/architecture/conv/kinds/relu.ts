import { z } from 'zod';
import { freeCost, inputsSchema, type NodeKind } from './node-kind';

export const reluSchema = z.strictObject({ kind: z.literal('relu'), inputs: inputsSchema });

export const relu: NodeKind<z.infer<typeof reluSchema>> = {
  merge: 'concat',
  keepsChannels: true,
  kept: 1,
  cost: (_node, input) => freeCost(input),
  text: () => 'ReLU',
  label: () => 'relu',
};

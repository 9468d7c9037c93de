import { z } from 'zod';
import { freeCost, inputsSchema, type NodeKind } from './node-kind';

/** The mean of each channel over all pixels. */
export const globalAveragePoolingSchema = z.strictObject({
  kind: z.literal('globalAveragePooling'),
  inputs: inputsSchema,
});

export const globalAveragePooling: NodeKind<z.infer<typeof globalAveragePoolingSchema>> = {
  merge: 'concat',
  keepsChannels: true,
  kept: 1,
  cost: (_node, { channels }) => freeCost({ height: 1, width: 1, channels }),
  text: () => 'global average pooling',
  label: () => 'global average pooling',
};

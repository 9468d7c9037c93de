import { z } from 'zod';
import { channelsSchema, freeCost, inputsSchema, type NodeKind } from './node-kind';

/**
 * Appends channels of zeros up to `channels`. After a pooling of one pixel with stride 2 it makes the shortcut without
 * parameters between stages of a residual network ("option A" of He et al., 2016).
 */
export const padChannelsSchema = z.strictObject({
  kind: z.literal('padChannels'),
  channels: channelsSchema,
  inputs: inputsSchema,
});

export const padChannels: NodeKind<z.infer<typeof padChannelsSchema>> = {
  merge: 'concat',
  keepsChannels: true,
  kept: 1,
  cost({ channels }, input) {
    if (channels < input.channels) throw new RangeError(`pads ${input.channels} channels to ${channels}`);
    return freeCost({ ...input, channels });
  },
  text: ({ channels }) => `zero-padding to ${channels} channels`,
  label: ({ channels }) => `pad channels ${channels}`,
};

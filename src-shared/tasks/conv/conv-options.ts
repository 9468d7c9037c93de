import { z } from 'zod';
import { counted } from '../../counted';
import { largestDepth, mostOptions } from '../../space/search-space';
import { allDiffer } from '../all-differ';
import type { Complain } from '../complain';

const count = z.int().min(1);
const options = (least: number, most: number) =>
  z.array(z.int().min(least).max(most)).min(1).max(mostOptions).refine(allDiffer, 'must hold no value twice');

/**
 * Predicted steps (layers, or blocks of layers) of the networks over the course of the search: starts at `initialLayers` and grows
 * by `growBy` every `every` proposals.
 */
const scheduleSchema = z.strictObject({
  initialLayers: count.max(largestDepth),
  growBy: z.int().min(0).max(32),
  every: count,
  maximumLayers: count.max(largestDepth),
});

const poolingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Max-pooling of `size` after the given layers (counted with the layers of blocks); whatever crosses one is pooled. */
  z.strictObject({
    kind: z.literal('fixed'),
    afterLayers: z.array(count).min(1).max(16).refine(allDiffer, 'must hold no value twice'),
    size: z.int().min(2).max(4),
  }),
  /** One more token a layer: the size of a max-pooling behind it, 1 for none. */
  z.strictObject({ kind: z.literal('predicted'), sizes: options(1, 4) }),
]);

/** The convolutional search space (paper section 3; presets v1, v2, v3 of section 4.1). A set of one option is not predicted. */
export const convSpaceSchema = z.strictObject({
  kind: z.literal('conv'),
  filterHeights: options(1, 15),
  filterWidths: options(1, 15),
  strideHeights: options(1, 4),
  strideWidths: options(1, 4),
  filters: options(1, 1024),
  /** Added to every layer's predicted number of filters ("v3 + more filters": 40). */
  extraFilters: z.int().min(0).max(1024),
  /** Kinds of layer to choose from; more than one makes the kind a token of its own. */
  layerTypes: z
    .array(z.enum(['convolution', 'maxPooling', 'averagePooling']))
    .min(1)
    .refine(allDiffer, 'must hold no value twice')
    .refine((types) => types.includes('convolution'), "must include 'convolution'"),
  skipConnections: z.boolean(),
  pooling: poolingSchema,
  /** Layers that one predicted step stands for, fully connected among themselves (v3: 3). */
  blockSize: count.max(8),
  /** Learning rates to choose from as a last token; empty keeps the recipe's. */
  learningRates: z.array(z.number().positive().max(10)).max(16).refine(allDiffer, 'must hold no value twice'),
  schedule: scheduleSchema,
});
export type ConvSpaceConfig = z.infer<typeof convSpaceSchema>;

/** Reports options of the space that contradict each other. */
export function checkConvSpace(space: ConvSpaceConfig, complain: Complain): void {
  const { initialLayers, maximumLayers } = space.schedule;
  if (initialLayers > maximumLayers)
    complain('space.schedule.maximumLayers', `must be at least initialLayers (${initialLayers})`);
  const layers = maximumLayers * space.blockSize;
  if (space.pooling.kind === 'fixed' && space.pooling.afterLayers.some((layer) => layer > layers))
    complain(
      'space.pooling.afterLayers',
      `must lie within the ${counted(layers, 'layer')} of the deepest network`,
    );
}

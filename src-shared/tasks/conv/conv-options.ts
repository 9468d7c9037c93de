import { z } from 'zod';
import { option, allDiffer, type Complain } from '../../option';
import { counted } from '../../counted';
import { largestDepth, mostOptions } from '../../search-space';

const count = z.int().min(1);
const options = (least: number, most: number) =>
  z.array(z.int().min(least).max(most)).min(1).max(mostOptions).refine(allDiffer, 'must hold no value twice');

/**
 * Predicted steps (layers, or blocks of layers) of the networks over the course of the search: starts at `initialLayers` and grows
 * by `growBy` every `every` proposals.
 */
const scheduleSchema = z.strictObject({
  initialLayers: option(count.max(largestDepth), {
    label: 'Initial depth',
    help: 'Predicted steps of the first networks: layers, or blocks of layers.',
    paper: { v1: 6, v3: 13 },
  }),
  growBy: option(z.int().min(0).max(32), {
    label: 'Growth',
    help: 'Steps added each time that networks grow.',
    paper: { v1: 2, v3: 0 },
  }),
  every: option(count, {
    label: 'Growth interval',
    help: 'Proposals between two growths.',
    paper: { v1: 1600 },
  }),
  maximumLayers: option(count.max(largestDepth), {
    label: 'Maximum depth',
    help: 'Largest number of steps.',
  }),
});

const poolingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Max-pooling of `size` after the given layers (counted with the layers of blocks); whatever crosses one is pooled. */
  z.strictObject({
    kind: z.literal('fixed'),
    afterLayers: option(z.array(count).min(1).max(16).refine(allDiffer, 'must hold no value twice'), {
      label: 'Pooling after layers',
      help: 'Everything computed up to one of these layers is max-pooled before later layers use it. Layers within blocks are counted one by one.',
      paper: { v3: [13, 24] },
      initial: (number) => [
        Math.max(1, Math.floor((number('space.schedule.initialLayers') * number('space.blockSize')) / 2)),
      ],
    }),
    size: option(z.int().min(2).max(4), {
      label: 'Pooling size',
      help: 'Side of the pooling window, and its stride: 2 halves height and width.',
      initial: () => 2,
    }),
  }),
  /** One more token a layer: the size of a max-pooling behind it, 1 for none. */
  z.strictObject({
    kind: z.literal('predicted'),
    sizes: option(options(1, 4), {
      label: 'Pooling sizes',
      help: 'Sizes of a max-pooling behind each layer to choose from; 1 is no pooling.',
      initial: () => [1, 2],
    }),
  }),
]);

/** The convolutional search space (paper section 3; presets v1, v2, v3 of section 4.1). A set of one option is not predicted. */
export const convSpaceSchema = z.strictObject({
  kind: z.literal('conv'),
  filterHeights: option(options(1, 15), {
    label: 'Filter heights',
    help: 'Filter heights to choose from.',
    paper: { v1: [1, 3, 5, 7] },
    unit: 'pixels',
  }),
  filterWidths: option(options(1, 15), {
    label: 'Filter widths',
    help: 'Filter widths to choose from.',
    paper: { v1: [1, 3, 5, 7] },
    unit: 'pixels',
  }),
  strideHeights: option(options(1, 4), {
    label: 'Stride heights',
    help: 'Vertical strides to choose from; a single one is not predicted.',
    paper: { v1: [1], v2: [1, 2, 3] },
  }),
  strideWidths: option(options(1, 4), {
    label: 'Stride widths',
    help: 'Horizontal strides to choose from; a single one is not predicted.',
    paper: { v1: [1], v2: [1, 2, 3] },
  }),
  filters: option(options(1, 1024), {
    label: 'Filters',
    help: 'Numbers of filters per layer to choose from.',
    paper: { v1: [24, 36, 48, 64], v3: [6, 12, 24, 36] },
  }),
  extraFilters: option(z.int().min(0).max(1024), {
    label: 'Extra filters',
    help: 'Filters added to every layer.',
    paper: { v1: 0, 'v3-more-filters': 40 },
  }),
  layerTypes: option(
    z
      .array(z.enum(['convolution', 'maxPooling', 'averagePooling']))
      .min(1)
      .refine(allDiffer, 'must hold no value twice')
      .refine((types) => types.includes('convolution'), "must include 'convolution'"),
    {
      label: 'Layer types',
      help: 'Layer types to choose from; with more than one, the type is a decision of its own. A pooling layer takes the filter size as its window.',
      paper: { v1: ['convolution'] },
    },
  ),
  skipConnections: option(z.boolean(), {
    label: 'Skip connections',
    help: 'Whether each layer chooses its inputs among all earlier layers, at its anchor point. Otherwise each takes the previous layer.',
    paper: { v1: true },
  }),
  pooling: option(poolingSchema, {
    label: 'Pooling',
    help: 'none; fixed after certain layers; or predicted behind each layer.',
    paper: { v1: 'none', v3: 'fixed' },
  }),
  blockSize: option(count.max(8), {
    label: 'Layers per block',
    help: 'Layers that one predicted step stands for, each connected with all earlier layers of the block.',
    paper: { v1: 1, v3: 3 },
  }),
  learningRates: option(
    z.array(z.number().positive().max(10)).max(16).refine(allDiffer, 'must hold no value twice'),
    {
      label: 'Learning rates',
      help: 'Learning rates to choose from as the last decision; an empty list keeps that of the recipe.',
      paper: { v1: [] },
      advanced: true,
    },
  ),
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

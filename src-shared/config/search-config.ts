import { z } from 'zod';
import { activations, combinations } from '../architecture/cell/recurrent-cell';
import { counted } from '../counted';
import { largestBatchSize, mostEpochs, mostTrials } from '../run/trial';
import { largestDepth, mostOptions } from '../space/search-space';
import { earlyStoppingSchema } from './early-stopping';
import { queueUrlSchema } from './queue-url';
import { textRecipeSchema, type TextRecipe } from './tasks/text-recipe';

/** Schema version of a stored configuration; migrations.ts brings older ones here. */
export const configVersion = 5;

const count = z.int().min(1);
const allDiffer = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
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
const convSpaceSchema = z.strictObject({
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

/** The space of recurrent cells (paper section 3.4): complete binary trees, with cell inject and cell indices. */
const cellSpaceSchema = z.strictObject({
  kind: z.literal('cell'),
  /** Leaves of the tree. */
  base: z.literal([2, 4, 8, 16]),
  combinations: z.array(z.enum(combinations)).min(1).refine(allDiffer, 'must hold no value twice'),
  activations: z.array(z.enum(activations)).min(1).refine(allDiffer, 'must hold no value twice'),
});
export type CellSpaceConfig = z.infer<typeof cellSpaceSchema>;

/** The policy and how it learns (paper sections 3.1, 3.2 and 4). */
const controllerSchema = z.strictObject({
  strategy: z.enum(['reinforce', 'random']),
  hiddenUnits: count.max(512),
  layers: count.max(4),
  /** Weights start uniform in [-initialRange, initialRange]. */
  initialRange: z.number().positive().max(1),
  learningRate: z.number().positive().max(1),
  /** m: architectures a replica samples for one gradient. */
  childrenPerUpdate: count.max(256),
  /** Decay of the moving average of previous rewards that serves as baseline. */
  baselineDecay: z.number().min(0).max(0.9999),
  /** Weight of the entropy bonus; 0 is off, as in the paper. */
  entropyBonus: z.number().min(0).max(10),
  /** Divides the logits when sampling and learning; 1 is off. */
  temperature: z.number().positive().max(100),
  /** Bounds logits to ± this value by tanh; null is off. */
  tanhConstant: z.number().positive().max(100).nullable(),
  /** S and K of the distributed scheme; gradients of `accumulateGradients` batches make one update. */
  parameterServerShards: count.max(1000),
  replicas: count.max(1000),
  accumulateGradients: count.max(1000),
  /** Whether each replica learns when its own children have ended, or all propose and then learn in their order. */
  mode: z.enum(['asynchronous', 'synchronous']),
});
export type ControllerConfig = z.infer<typeof controllerSchema>;

const learningRateDecaySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Multiplied by `factor` at the start of each of `epochs` (from 0). */
  z.strictObject({
    kind: z.literal('step'),
    epochs: z.array(z.int().min(0)),
    factor: z.number().positive().max(1),
  }),
  /** From the rate to 0 along half a cosine over all epochs, by the step. */
  z.strictObject({ kind: z.literal('cosine') }),
]);

const augmentationSchema = z.strictObject({
  /** How a larger image comes about of which a random crop of the input size is taken: scaled up, or padded with zeros. */
  enlarge: z.enum(['upsample', 'pad', 'none']),
  /** Side of the enlarged image (paper: 40 for 32). Ignored with 'none'. */
  enlargedSide: count.max(1024),
  horizontalFlip: z.boolean(),
});

/** How a child on images is trained and rewarded (paper section 4.1). */
export const imageRecipeSchema = z.strictObject({
  kind: z.literal('images'),
  /** Side of the square input; images of another size are resized. */
  side: z.int().min(4).max(512),
  epochs: count.max(mostEpochs),
  batchSize: count.max(largestBatchSize),
  learningRate: z.number().positive().max(10),
  decay: learningRateDecaySchema,
  momentum: z.number().min(0).max(0.9999),
  nesterov: z.boolean(),
  weightDecay: z.number().min(0).max(1),
  batchNormEpsilon: z.number().positive().max(1),
  batchNormMomentum: z.number().min(0).max(0.9999),
  augmentation: augmentationSchema,
  /** Training images set aside for the reward: a number of images, or a fraction below 1 of them. */
  validation: z.union([z.int().min(1), z.number().gt(0).lt(1)]),
  /** Seed of the validation split: the same for every child of a run. */
  splitSeed: z.int(),
  /** Reward = (best validation accuracy of the last `rewardEpochs` epochs) ^ rewardExponent. */
  rewardEpochs: count,
  rewardExponent: z.number().positive().max(10),
  /** A child that takes longer is ended and recorded as failed; null for no limit. Seconds. */
  timeLimit: z.number().positive().nullable(),
});
export type ImageRecipe = z.infer<typeof imageRecipeSchema>;

/** When a search ends: at whichever is reached first; null is no limit. */
export const budgetSchema = z.strictObject({
  children: count.max(mostTrials).nullable(),
  hours: z.number().positive().nullable(),
  /** Multiply-adds of all training: of a child, times the examples of its training steps, times 3 for both directions. */
  multiplyAdds: z.number().positive().nullable(),
});

const trainersSchema = z.strictObject({
  /** Child processes that train at the same time. */
  count: count.max(64),
  /** Threads of each; null shares the cores evenly. */
  threads: count.max(512).nullable(),
  device: z.union([
    z.literal('auto'),
    z.literal('cpu'),
    z
      .string()
      .regex(/^gpu:\d+$/)
      .describe('gpu:0, gpu:1, …'),
  ]),
  /** Megabytes of a GPU that each trainer may take, so that several can share one; null for as much as it asks for. */
  gpuMemory: z.int().min(64).max(1_000_000).nullable(),
  /** Epochs between two states that are kept of a child in training; null keeps none. */
  checkpointEpochs: count.max(10_000).nullable(),
  /** Seconds of silence after which a trainer is taken to hang and is ended. */
  silence: z.number().min(1).max(86_400),
  /** A child whose trainer was lost is trained on so many times before it counts as failed. */
  retries: z.int().min(0).max(1000),
  /** Whether a child that runs out of memory is trained once more at half the batch. */
  smallerBatch: z.boolean(),
  /** The queue whose workers train the children, with their own trainers, threads and devices; null trains them on this machine. */
  queue: queueUrlSchema.nullable(),
});

/** What every search has, whatever it searches: before its space and recipe, and after. */
const begin = {
  version: z.literal(configVersion),
  name: z.string().min(1).max(200),
  preset: z.string().max(100),
  seed: z.int().min(0).max(0xffffffff),
};
const end = {
  budget: budgetSchema,
  trainers: trainersSchema,
  earlyStopping: earlyStoppingSchema,
  /** What to do with a network that the run has trained already: give its reward again, or train it again. */
  duplicates: z.enum(['reuse', 'retrain']),
  /** Weights of so many best children are kept. */
  keepBest: z.int().min(0).max(1000),
};
type CommonConfig = z.infer<z.ZodObject<typeof begin & typeof end>> & {
  readonly controller: ControllerConfig;
};

/** A search for convolutional networks on images. */
export interface ImageSearchConfig extends CommonConfig {
  readonly space: ConvSpaceConfig;
  readonly recipe: ImageRecipe;
}

/** A search for recurrent cells on text. */
export interface TextSearchConfig extends CommonConfig {
  readonly space: CellSpaceConfig;
  readonly recipe: TextRecipe;
}

/** Everything that decides a search; stored in run.json as it is. */
export type SearchConfig = ImageSearchConfig | TextSearchConfig;
export type Recipe = SearchConfig['recipe'];
export type SpaceConfig = SearchConfig['space'];

export function isImageSearch(config: SearchConfig): config is ImageSearchConfig {
  return config.recipe.kind === 'images';
}

/** The options of every kind of search, by their names. */
export const searchOptionsSchema = z.strictObject({
  ...begin,
  space: z.discriminatedUnion('kind', [convSpaceSchema, cellSpaceSchema]),
  controller: controllerSchema,
  recipe: z.discriminatedUnion('kind', [imageRecipeSchema, textRecipeSchema]),
  ...end,
});

/** The schema of {@link SearchConfig}: that space and recipe go together is among its checks. */
export const searchConfigSchema = searchOptionsSchema.superRefine(({ space, recipe }, context) => {
  const complain = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: path.split('.'), message });
  if (space.kind === 'conv' && recipe.kind === 'images') checkImages(space, recipe, complain);
  if ((space.kind === 'conv') !== (recipe.kind === 'images'))
    complain(
      'recipe.kind',
      space.kind === 'conv'
        ? "must be 'images' in a search for convolutional networks (space.kind 'conv')"
        : "must be 'text' in a search for recurrent cells (space.kind 'cell')",
    );
}) as unknown as z.ZodType<SearchConfig>;

type Complain = (path: string, message: string) => void;

function checkImages(space: ConvSpaceConfig, recipe: ImageRecipe, complain: Complain): void {
  const { initialLayers, maximumLayers } = space.schedule;
  if (initialLayers > maximumLayers)
    complain('space.schedule.maximumLayers', `must be at least initialLayers (${initialLayers})`);
  const layers = maximumLayers * space.blockSize;
  if (space.pooling.kind === 'fixed' && space.pooling.afterLayers.some((layer) => layer > layers))
    complain(
      'space.pooling.afterLayers',
      `must lie within the ${counted(layers, 'layer')} of the deepest network`,
    );
  if (recipe.rewardEpochs > recipe.epochs)
    complain('recipe.rewardEpochs', `must not exceed the number of epochs (${recipe.epochs})`);
  if (recipe.decay.kind === 'step' && recipe.decay.epochs.some((epoch) => epoch >= recipe.epochs))
    complain('recipe.decay.epochs', `must lie below the number of epochs (${recipe.epochs})`);
  const { enlarge, enlargedSide } = recipe.augmentation;
  if (enlarge !== 'none' && enlargedSide < recipe.side)
    complain('recipe.augmentation.enlargedSide', `must be at least the side of the input (${recipe.side})`);
}

import { z } from 'zod';
import { mostTrials } from '../run/trial';
import { cellSpaceSchema, type CellSpaceConfig } from '../tasks/cell/cell-options';
import { checkConvSpace, convSpaceSchema, type ConvSpaceConfig } from '../tasks/conv/conv-options';
import { checkImageRecipe, imageRecipeSchema, type ImageRecipe } from '../tasks/images/image-recipe';
import type { Complain } from '../tasks/complain';
import { textRecipeSchema, type TextRecipe } from '../tasks/text/text-recipe';
import { earlyStoppingSchema } from './early-stopping';
import { queueUrlSchema } from './queue-url';

/** Schema version of a stored configuration; migrations.ts brings older ones here. */
export const configVersion = 5;

const count = z.int().min(1);

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
  const complain: Complain = (path, message) =>
    context.addIssue({ code: 'custom', path: path.split('.'), message });
  if (space.kind === 'conv' && recipe.kind === 'images') {
    checkConvSpace(space, complain);
    checkImageRecipe(recipe, complain);
  }
  if ((space.kind === 'conv') !== (recipe.kind === 'images'))
    complain(
      'recipe.kind',
      space.kind === 'conv'
        ? "must be 'images' in a search for convolutional networks (space.kind 'conv')"
        : "must be 'text' in a search for recurrent cells (space.kind 'cell')",
    );
}) as unknown as z.ZodType<SearchConfig>;

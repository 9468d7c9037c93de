import { checkGivenSpace, givenSpaceSchema, type GivenSpaceConfig } from '../tasks/given';
import { recipeOfChild, taskOfSpace } from '../tasks/searched';
import { tasks } from '../tasks/tasks';
import { dataKinds, type Recipe } from '../tasks/data-kinds';
import { z } from 'zod';
import { grouped, option, type Complain } from '../option';
import { mostTrials } from '../limits';
import type { CellSpaceConfig } from '../tasks/cell/cell-space';
import type { ConvSpaceConfig } from '../tasks/conv/conv-options';
import type { ImageRecipe } from '../tasks/images/image-recipe';
import type { TextRecipe } from '../tasks/text/text-recipe';
import { earlyStoppingSchema } from '../early-stopping';
import { queueUrlSchema } from './queue-url';
import { controllerSchema, type ControllerConfig } from './strategies/strategies';

/** Schema version of a stored configuration; migrations.ts brings older ones here. */
export const configVersion = 6;

const count = z.int().min(1);

/** When a search ends: at whichever is reached first; null is no limit. */
export const budgetSchema = z.strictObject({
  children: option(count.max(mostTrials).nullable(), {
    label: 'Children',
    help: 'The search ends after this number of proposed networks; null for no limit.',
    paper: { v1: 12_800 },
  }),
  hours: option(z.number().positive().nullable(), {
    label: 'Hours',
    help: 'The search ends after this number of hours; null for no limit.',
  }),
  /** Multiply-adds of all training: of a child, times the examples of its training steps, times 3 for both directions. */
  multiplyAdds: option(z.number().positive().nullable(), {
    label: 'Multiply-adds',
    help: 'The search ends after this number of training multiply-adds, forward and backward, summed over all networks; null for no limit. A network in training is trained to its end.',
  }),
});

const trainersSchema = z.strictObject({
  count: option(count.max(64), {
    label: 'Trainers',
    help: 'Networks that train at the same time, each in its own process. One keeps a machine with a single GPU busy.',
  }),
  threads: option(count.max(512).nullable(), {
    label: 'Threads',
    help: 'Threads per trainer; null shares the cores evenly.',
  }),
  device: option(
    z.union([
      z.literal('auto'),
      z.literal('cpu'),
      z
        .string()
        .regex(/^gpu:\d+$/)
        .describe('gpu:0, gpu:1, …'),
    ]),
    { label: 'Device', help: 'Where children train: auto takes a GPU where there is one.' },
  ),
  gpuMemory: option(z.int().min(64).max(1_000_000).nullable(), {
    label: 'GPU memory limit',
    help: 'GPU memory that each trainer may allocate, so that several can share one GPU; null for no limit.',
    unit: 'MB',
    advanced: true,
  }),
  checkpointEpochs: option(count.max(10_000).nullable(), {
    label: 'Checkpoint interval',
    help: 'Epochs between checkpoints of each network in training; an interrupted search resumes from the last one; null keeps none.',
    unit: 'epochs',
    advanced: true,
  }),
  silence: option(z.number().min(1).max(86_400), {
    label: 'Trainer timeout',
    help: 'A trainer that sends no message for this time is ended. One with slow steps gets the time of twenty steps, and the first step at least fifteen minutes.',
    unit: 's',
    advanced: true,
  }),
  retries: option(z.int().min(0).max(1000), {
    label: 'Retries after a lost trainer',
    help: 'How often a network whose trainer crashed, was killed or timed out is resumed from its checkpoint before it counts as failed.',
  }),
  smallerBatch: option(z.boolean(), {
    label: 'Halve the batch when out of memory',
    help: 'Whether a network that runs out of memory is trained once more at half the batch size. Its trial records that.',
    advanced: true,
  }),
  queue: option(queueUrlSchema.nullable(), {
    label: 'Queue',
    help: 'Address of the Redis or Valkey server whose workers train the networks, with their own trainers, threads and devices; null trains on this machine. The password comes from CELLSMITH_QUEUE_PASSWORD.',
  }),
});

/** What every search has, whatever it searches: before its space and recipe, and after. */
const begin = {
  version: option(z.literal(configVersion), {
    label: 'Version',
    help: 'Version of the configuration format; set by the program.',
    fixed: true,
  }),
  name: option(z.string().min(1).max(200), { label: 'Name', help: 'What the run is called in lists.' }),
  preset: option(z.string().max(100), {
    label: 'Preset',
    help: 'The preset that this configuration started from.',
    fixed: true,
  }),
  seed: option(z.int().min(0).max(0xffffffff), {
    label: 'Seed',
    help: 'Seed of everything random: the same seed and configuration give the same run.',
  }),
};
const end = {
  budget: budgetSchema,
  trainers: trainersSchema,
  earlyStopping: earlyStoppingSchema,
  duplicates: option(z.enum(['reuse', 'retrain']), {
    label: 'Duplicates',
    help: 'How a network that the run has trained before is rewarded: reuse gives its earlier reward, retrain trains it again.',
  }),
  keepBest: option(z.int().min(0).max(1000), {
    label: 'Best networks kept',
    help: 'Networks whose weights are kept on disk, by rank.',
  }),
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

/** Given architectures, each trained by the recipe or by its own variant of it. */
export interface GivenConfig extends CommonConfig {
  readonly space: GivenSpaceConfig;
  readonly recipe: Recipe;
}

/** Everything that decides a run; stored in run.json as it is. */
export type SearchConfig = ImageSearchConfig | TextSearchConfig | GivenConfig;

let options: z.ZodObject | undefined;

/** The options of every kind of search, by their names. A list of given children is no option: programs write it. */
export function searchOptionsSchema(): z.ZodObject {
  return (options ??= z.strictObject({
    ...begin,
    space: grouped(
      'architecture',
      option(
        tasks.schema(({ spaceSchema }) => spaceSchema),
        {
          label: 'Search space',
          help: helpOf(tasks.all().map(({ kind, words, data }) => [kind, `${words.full} for ${data.kind}`])),
          paper: { v1: 'conv', 'ptb-base8': 'cell' },
          fixed: true,
        },
      ),
    ),
    controller: controllerSchema,
    recipe: grouped(
      'children',
      option(
        dataKinds.schema(({ recipeSchema }) => recipeSchema),
        {
          label: 'Data',
          help: helpOf(dataKinds.all().map(({ kind, purpose }) => [kind, purpose])),
          paper: { v1: 'images', 'ptb-base8': 'text' },
          fixed: true,
        },
      ),
    ),
    ...end,
  }));
}

/** 'conv: convolutional networks for images; cell: recurrent cells for text.' */
function helpOf(kinds: readonly (readonly [kind: string, what: string])[]): string {
  return `${kinds.map(([kind, what]) => `${kind}: ${what}`).join('; ')}.`;
}

/** Checks the whole recipe of each given child, and that all are trained and evaluated on the same data. */
function checkGivenRecipes(
  config: SearchConfig,
  { children }: GivenSpaceConfig,
  context: z.RefinementCtx,
): void {
  const data = dataKinds.of(config.recipe.kind);
  // Its own problems are reported at the recipe of the run.
  if (!data.recipeSchema.safeParse(config.recipe).success) return;
  for (const [place, child] of children.entries()) {
    const complain: Complain = (path, message) =>
      context.addIssue({ code: 'custom', path: ['space', 'children', place, ...path.split('.')], message });
    for (const name of data.sharedOptions)
      if (Object.hasOwn(child.recipe, name))
        complain(`recipe.${name}`, 'must be that of the run: all children share their data');
    const recipe = recipeOfChild(config, [place]);
    const { error } = data.recipeSchema.safeParse(recipe);
    for (const { path, message } of error?.issues ?? [])
      complain(['recipe', ...path].join('.'), `does not fit (${message})`);
    if (error === undefined) data.checkRecipe(recipe, complain);
  }
}

let configSchema: z.ZodType<SearchConfig> | undefined;

function makeConfigSchema(): z.ZodType<SearchConfig> {
  const spaces = tasks.schema(({ spaceSchema }) => spaceSchema);
  const space = z.discriminatedUnion('kind', [givenSpaceSchema(), ...spaces.options] as never);
  return searchOptionsSchema()
    .extend({ space })
    .superRefine((parsed, context) => {
      const config = parsed as unknown as SearchConfig;
      const complain: Complain = (path, message) =>
        context.addIssue({ code: 'custom', path: path.split('.'), message });
      const { space, recipe } = config;
      const task = taskOfSpace(space);
      const data = task.data.kind;
      if (recipe.kind !== data)
        complain(
          'recipe.kind',
          `must be '${data}' in a search for ${task.words.full} (space.kind '${space.kind}')`,
        );
      else if (space.kind === 'given') {
        checkGivenSpace(space, complain);
        // Children of the same architecture may have other recipes.
        if (config.duplicates !== 'retrain')
          complain('duplicates', "must be 'retrain' in a run of given children");
        checkGivenRecipes(config, space, context);
      } else {
        task.checkSpace(space, complain);
        dataKinds.of(data).checkRecipe(recipe, complain);
      }
    }) as unknown as z.ZodType<SearchConfig>;
}

/** The schema of {@link SearchConfig}: that space and recipe go together is among its checks. */
export const searchConfigSchema = z.lazy(() => (configSchema ??= makeConfigSchema()));

import { z } from 'zod';
import { languageCellSchema } from '../../src-shared/architecture/cell/language-model';
import { convArchitectureSchema } from '../../src-shared/architecture/conv/conv-architecture';
import { imageRecipeSchema } from '../../src-shared/tasks/images/image-recipe';
import { textRecipeSchema } from '../../src-shared/tasks/text/text-recipe';
import { epochRecordSchema } from '../../src-shared/tasks/data-kinds';
import { failureReasons } from '../../src-shared/run/trial';
import type { Child, TrainerReply, TrainerRequest } from './trial-job';

const size = z.int().min(1);
/** A child off the wire. */
export const childSchema: z.ZodType<Child> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('images'),
    architecture: convArchitectureSchema,
    recipe: imageRecipeSchema,
  }),
  z.strictObject({ kind: z.literal('text'), cell: languageCellSchema, recipe: textRecipeSchema }),
]);

const jobSchema = z.strictObject({
  trial: size,
  child: childSchema,
  seed: z.int().min(0).max(0xffffffff),
  data: z.string().min(1),
  weights: z.string().min(1).nullable(),
  checkpoint: z.strictObject({ file: z.string().min(1), everyEpochs: size }).nullable(),
});

const file = z.string().min(1);
const examJobSchema = jobSchema.omit({ checkpoint: true }).extend({
  weights: file,
  test: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('images'), imagesFile: file, labelsFile: file, count: size }),
      z.strictObject({ kind: z.literal('text'), tokensFile: file, count: size }),
    ])
    .nullable(),
});

/** What a trainer process accepts, wherever it comes from. */
export const trainerRequestSchema: z.ZodType<TrainerRequest> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('train'), job: jobSchema }),
  z.strictObject({ type: z.literal('measure'), job: jobSchema, milliseconds: z.number().positive() }),
  z.strictObject({ type: z.literal('examine'), job: examJobSchema }),
  z.strictObject({ type: z.literal('stopAfterEpoch') }),
  z.strictObject({ type: z.literal('stopAfterStep'), trial: size }),
  z.strictObject({ type: z.literal('hold') }),
  z.strictObject({ type: z.literal('release') }),
  z.strictObject({ type: z.literal('exit') }),
]);

const taken = z.number().positive();

/** What a trainer process says. */
export const trainerReplySchema: z.ZodType<TrainerReply> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    pid: z.int().min(0),
    tensorflow: z.string(),
    device: z.string(),
  }),
  z.strictObject({ type: z.literal('begun'), trial: size, epochs: z.array(epochRecordSchema) }),
  z.strictObject({
    type: z.literal('progress'),
    trial: size,
    epoch: z.int().min(0),
    step: z.int().min(0),
    steps: size,
  }),
  z.strictObject({ type: z.literal('epoch'), trial: size, record: epochRecordSchema }),
  z.strictObject({
    type: z.literal('measured'),
    trial: size,
    speed: z.strictObject({ begin: taken, trainStep: taken, evaluationStep: taken, memory: taken }),
  }),
  z.strictObject({ type: z.literal('completed'), trial: size, stopped: z.boolean(), memory: z.int().min(0) }),
  z.strictObject({ type: z.literal('examined'), trial: size, measure: z.number().min(0).nullable() }),
  z.strictObject({
    type: z.literal('failed'),
    trial: size,
    reason: z.enum(failureReasons),
    message: z.string(),
  }),
  z.strictObject({ type: z.literal('ended'), trial: size }),
  z.strictObject({ type: z.literal('unwritable'), trial: size, message: z.string() }),
]);

import { testFilesSchema } from '../../src-shared/tasks/data-kinds';
import { tasks, type Child } from '../../src-shared/tasks/tasks';
import { z } from 'zod';
import { childEvents } from '../../src-shared/run/child-event';

const size = z.int().min(1);

export const childSchema = tasks.union<Child>((task) => task.childSchema);

const file = z.string().min(1);

/** One child to train: all that a trainer needs, wherever it runs. */
const trialJobSchema = z.strictObject({
  trial: size,
  child: childSchema,
  /** Seeds whatever is random in this child: initial weights, order of the images and augmentation, dropout. */
  seed: z.int().min(0).max(0xffffffff),
  /** Absolute path of the data set's copy in the cache (the test split is not below it). */
  data: file,
  /** Where to leave the weights at the end; null when they are not wanted. */
  weights: file.nullable(),
  /** Where its checkpoint is written after epochs, and read from to resume; null keeps none. */
  checkpoint: z.strictObject({ file, everyEpochs: size }).nullable(),
});
export type TrialJob = z.infer<typeof trialJobSchema>;

/** A trained child to evaluate: where its weights are, and on what; `test` is null for the validation part of its text. */
const evaluationJobSchema = trialJobSchema
  .omit({ checkpoint: true })
  .extend({ weights: file, test: testFilesSchema.nullable() });
export type EvaluationJob = z.infer<typeof evaluationJobSchema>;

const milliseconds = z.number().positive();

/** How fast a child trains. */
const childSpeedSchema = z.strictObject({
  /** From the order to the end of the first step: the graph is built and loaded. */
  begin: milliseconds,
  /** Medians of steps. */
  trainStep: milliseconds,
  evaluationStep: milliseconds,
  /** Peak memory of the process by then, in bytes. */
  memory: z.number().positive(),
});
export type ChildSpeed = z.infer<typeof childSpeedSchema>;

/** From the search to a trainer process; it accepts nothing else, wherever it comes from. */
export const trainerRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('train'), job: trialJobSchema }),
  /** Trains a child for about this long to see how fast it is. */
  z.strictObject({ type: z.literal('measure'), job: trialJobSchema, milliseconds }),
  z.strictObject({ type: z.literal('evaluate'), job: evaluationJobSchema }),
  /** The child ends at the end of its epoch, keeping its result so far. */
  z.strictObject({ type: z.literal('stopAfterEpoch') }),
  /** The child ends after the step that it is in, without a result. */
  z.strictObject({ type: z.literal('stopAfterStep'), trial: size }),
  /** Holds the child, and those after it, between two steps until `release`. */
  z.strictObject({ type: z.literal('hold') }),
  z.strictObject({ type: z.literal('release') }),
  z.strictObject({ type: z.literal('exit') }),
]);
export type TrainerRequest = z.infer<typeof trainerRequestSchema>;

const ofTrial = { trial: size };

/** From a trainer process to the search: the events of its child, and what else it has to say. */
export const trainerReplySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    pid: z.int().min(0),
    tensorflow: z.string(),
    device: z.string(),
  }),
  childEvents.restored.extend(ofTrial),
  childEvents.progress.extend(ofTrial),
  childEvents.epoch.extend(ofTrial),
  childEvents.ended.extend(ofTrial),
  /** Bytes that the process holds when a child is trained. */
  z.strictObject({ type: z.literal('memory'), bytes: z.int().min(0) }),
  z.strictObject({ type: z.literal('measured'), ...ofTrial, speed: childSpeedSchema }),
  /** An accuracy in [0, 1], or a perplexity; null when it is not finite. */
  z.strictObject({ type: z.literal('evaluated'), ...ofTrial, measure: z.number().min(0).nullable() }),
  /** The child is trained, and its weights cannot be written: the run's folder is at fault, not the child. */
  z.strictObject({ type: z.literal('unwritable'), ...ofTrial, message: z.string() }),
]);
export type TrainerReply = z.infer<typeof trainerReplySchema>;

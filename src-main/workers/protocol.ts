import { testFilesSchema } from '../../src-shared/tasks/data-kinds';
import { tasks, type Child } from '../../src-shared/tasks/tasks';
import { z } from 'zod';
import { childEvents } from '../../src-shared/run/child-event';

const size = z.int().min(1);

export const childSchema = tasks.union<Child>((task) => task.childSchema);

const file = z.string().min(1);

/** One child to train, with everything that a trainer needs. */
const trialJobSchema = z.strictObject({
  trial: size,
  child: childSchema,
  /** Seeds initial weights, order of the images, augmentation and dropout. */
  seed: z.int().min(0).max(0xffffffff),
  /** Absolute path of the data set's copy in the cache (the test split is not below it). */
  data: file,
  /** Where to write the weights at the end; null to drop them. */
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

/** The speed of a child. */
const childSpeedSchema = z.strictObject({
  /** From the request to the end of the first step: the graph is built and loaded. */
  begin: milliseconds,
  /** Medians of steps. */
  trainStep: milliseconds,
  evaluationStep: milliseconds,
  /** Peak memory of the process by then, in bytes. */
  memory: z.number().positive(),
});
export type ChildSpeed = z.infer<typeof childSpeedSchema>;

/** From the search to a trainer process, which rejects anything else. */
export const trainerRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('train'), job: trialJobSchema }),
  /** Trains a child for about this long to measure its speed. */
  z.strictObject({ type: z.literal('measure'), job: trialJobSchema, milliseconds }),
  z.strictObject({ type: z.literal('evaluate'), job: evaluationJobSchema }),
  /** The child ends at the end of its epoch, keeping its result so far. */
  z.strictObject({ type: z.literal('stopAfterEpoch') }),
  /** The child ends after its current step, without a result. */
  z.strictObject({ type: z.literal('stopAfterStep'), trial: size }),
  /** Holds this child and the next ones between two steps until `release`. */
  z.strictObject({ type: z.literal('hold') }),
  z.strictObject({ type: z.literal('release') }),
  z.strictObject({ type: z.literal('exit') }),
]);
export type TrainerRequest = z.infer<typeof trainerRequestSchema>;

const ofTrial = { trial: size };

/** From a trainer process to the search: the events of its child, and messages of its own. */
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
  /** Bytes of memory of the process after a child. */
  z.strictObject({ type: z.literal('memory'), bytes: z.int().min(0) }),
  z.strictObject({ type: z.literal('measured'), ...ofTrial, speed: childSpeedSchema }),
  /** An accuracy in [0, 1], or a perplexity; null when it is not finite. */
  z.strictObject({ type: z.literal('evaluated'), ...ofTrial, measure: z.number().min(0).nullable() }),
  /** The child is trained, but its weights cannot be written: an error of the run folder, not of the child. */
  z.strictObject({ type: z.literal('unwritable'), ...ofTrial, message: z.string() }),
]);
export type TrainerReply = z.infer<typeof trainerReplySchema>;

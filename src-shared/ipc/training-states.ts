import { z } from 'zod';
import { epochRecordSchema } from '../tasks/data-kinds';
import { trainingNameSchema, trainingSummarySchema } from '../training/training-summary';
import { problemSchema, readingSchema } from './problem-states';

const share = z.number().min(0).max(1);

/** What the program does with the training of one architecture: nothing, getting ready for one, or training. */
export const trainingSessionSchema = z.discriminatedUnion('kind', [
  /** `problem` is why the last training did not come about, or broke. */
  z.strictObject({
    kind: z.literal('idle'),
    training: trainingNameSchema.nullable(),
    problem: problemSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('preparing'),
    /** Folder of the resumed training; null for a new one, whose folder is created at the end of the preparation. */
    training: trainingNameSchema.nullable(),
    step: z.enum(['data', 'engine']),
    reading: readingSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('training'),
    training: trainingNameSchema,
    name: z.string(),
    epochs: z.strictObject({ done: z.int().min(0), wanted: z.int().min(1) }),
    /** Of all epochs, parts of one among them. */
    share,
    /** Milliseconds until the last epoch; null while it is not known. */
    timeLeft: z.number().nullable(),
    /** What is measured after the last epoch. */
    measuring: z.strictObject({ split: z.enum(['validation', 'test']), share }).nullable(),
    ending: z.enum(['afterEpoch', 'now']).nullable(),
  }),
]);
export type TrainingSession = z.infer<typeof trainingSessionSchema>;

/** An accuracy in [0, 1], or a perplexity; null for one past all numbers. `draws` of dropout were averaged, 0 for none. */
const measuredSchema = z.strictObject({ measure: z.number().nullable(), draws: z.int().min(0) });

/** A training for its page. */
export const trainingDetailSchema = z.strictObject({
  summary: trainingSummarySchema,
  /** The run that the trained child is one of, where it is among the runs; absolute. */
  runFolder: z.string().nullable(),
  data: z.string(),
  parameters: z.int().min(0),
  epochs: z.array(epochRecordSchema),
  /** Why it failed, or why it was not evaluated; null on success. */
  message: z.string().nullable(),
  averaged: measuredSchema.nullable(),
  test: measuredSchema.nullable(),
});
export type TrainingDetail = z.infer<typeof trainingDetailSchema>;

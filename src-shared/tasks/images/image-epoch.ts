import { z } from 'zod';

/** What a child on images measured over one epoch. Losses in nats; accuracies in [0, 1]; seconds of wall time for the epoch. */
export const imageEpochRecordSchema = z.strictObject({
  kind: z.literal('images'),
  /** From 0. */
  epoch: z.int().min(0),
  trainLoss: z.number(),
  trainAccuracy: z.number().min(0).max(1),
  validationLoss: z.number(),
  validationAccuracy: z.number().min(0).max(1),
  learningRate: z.number(),
  seconds: z.number().min(0),
});
export type ImageEpochRecord = z.infer<typeof imageEpochRecordSchema>;

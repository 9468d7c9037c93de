import { z } from 'zod';
import {
  datasetDescriptionSchema,
  imageDatasetDescriptionSchema,
} from '../../../src-shared/dataset/description';

/** What a process that reads data sets is asked: one job, which may be cancelled. */
export const readerRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('describe'), path: z.string().min(1) }),
  z.strictObject({
    type: z.literal('prepare'),
    path: z.string().min(1),
    side: z.int().min(1),
    unreadable: z.enum(['refuse', 'skip']),
  }),
  z.strictObject({ type: z.literal('cancel') }),
]);
export type ReaderRequest = z.infer<typeof readerRequestSchema>;

/** What it says: how far it has come, and at last the result or what went wrong. */
export const readerReplySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('progress'),
    stage: z.enum(['listing', 'reading', 'arranging', 'checking']),
    unit: z.enum(['files', 'images', 'bytes']),
    done: z.number(),
    total: z.number().nullable(),
    millisecondsLeft: z.number().nullable(),
  }),
  z.strictObject({ type: z.literal('described'), description: datasetDescriptionSchema }),
  z.strictObject({
    type: z.literal('prepared'),
    description: imageDatasetDescriptionSchema,
    trainFolder: z.string().min(1),
  }),
  z.strictObject({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type ReaderReply = z.infer<typeof readerReplySchema>;

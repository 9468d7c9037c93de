import { z } from 'zod';
import { dataNeedSchema, datasetDescriptionSchema } from '../../src-shared/tasks/data-kinds';

/** What a process that reads data sets is asked: one job, which may be cancelled. */
export const readerRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('describe'), path: z.string().min(1) }),
  z.strictObject({ type: z.literal('examples'), path: z.string().min(1) }),
  z.strictObject({
    type: z.literal('prepare'),
    path: z.string().min(1),
    need: dataNeedSchema,
  }),
  z.strictObject({ type: z.literal('cancel') }),
]);
export type ReaderRequest = z.infer<typeof readerRequestSchema>;

/** Its replies: progress, then the result or the failure. */
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
    description: datasetDescriptionSchema,
    trainFolder: z.string().min(1),
  }),
  z.strictObject({
    type: z.literal('examples'),
    examples: z.array(z.strictObject({ label: z.int().min(0), image: z.string() })),
  }),
  z.strictObject({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type ReaderReply = z.infer<typeof readerReplySchema>;

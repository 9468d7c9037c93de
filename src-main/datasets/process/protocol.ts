import { z } from 'zod';
import { datasetDescriptionSchema } from '../../../src-shared/tasks/data-kinds';
import { textLevelSchema, vocabularyLimitSchema } from '../../../src-shared/dataset/text-options';
import type { DataNeed } from '../prepare';

const needSchema: z.ZodType<DataNeed> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('images'),
    side: z.int().min(1),
    unreadable: z.enum(['refuse', 'skip']),
  }),
  z.strictObject({
    kind: z.literal('text'),
    level: textLevelSchema,
    vocabularyLimit: z.union([z.literal('auto'), vocabularyLimitSchema.nullable()]),
  }),
]);

/** What a process that reads data sets is asked: one job, which may be cancelled. */
export const readerRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('describe'), path: z.string().min(1) }),
  z.strictObject({ type: z.literal('examples'), path: z.string().min(1) }),
  z.strictObject({
    type: z.literal('prepare'),
    path: z.string().min(1),
    need: needSchema,
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

import { z } from 'zod';
import { imageEpochRecordSchema } from '../tasks/images/image-epoch';
import { languageEpochRecordSchema } from '../tasks/text/language-epoch';

/** What a child measured over one epoch. All epochs of a run are of one kind. */
export const epochRecordSchema = z.discriminatedUnion('kind', [
  imageEpochRecordSchema,
  languageEpochRecordSchema,
]);
export type EpochRecord = z.infer<typeof epochRecordSchema>;

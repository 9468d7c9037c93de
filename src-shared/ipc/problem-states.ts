import { z } from 'zod';

/** What went wrong, as it crosses to the window: the code and the sentence of a CellsmithError. */
export const problemSchema = z.strictObject({ code: z.string(), message: z.string() });
export type Problem = z.infer<typeof problemSchema>;

/** Progress of reading a data set; `share` is null while unknown. */
export const readingSchema = z.strictObject({
  stage: z.enum(['listing', 'reading', 'arranging', 'checking']),
  done: z.number(),
  total: z.number().nullable(),
  millisecondsLeft: z.number().nullable(),
});
export type Reading = z.infer<typeof readingSchema>;

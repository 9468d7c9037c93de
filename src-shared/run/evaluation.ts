import { z } from 'zod';

/** What a trained child is evaluated on. Draws of dropout are averaged on validation data; the test is taken once, on request. */
export const evaluatedSplitSchema = z.enum(['validation', 'test']);
export type EvaluatedSplit = z.infer<typeof evaluatedSplitSchema>;

/** What the kept weights of a child reached on a split. */
export const evaluationSchema = z.strictObject({
  trial: z.int().min(1),
  split: evaluatedSplitSchema,
  /** The metric as it is stored; null where it was not finite. */
  metric: z.number().nullable(),
  /** Draws of dropout whose probabilities were averaged; 0 for none. */
  draws: z.int().min(0),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** The evaluation of a child on a split, if there is one. */
export function evaluationOf(
  evaluations: readonly Evaluation[],
  trial: number,
  split: EvaluatedSplit,
): Evaluation | undefined {
  return evaluations.find((one) => one.trial === trial && one.split === split);
}

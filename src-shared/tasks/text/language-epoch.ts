import { z } from 'zod';

/**
 * What a child on text measured over one epoch. A perplexity is e to the mean loss in nats; past what a number holds it is null,
 * as is that of a child that diverged.
 */
export const languageEpochRecordSchema = z.strictObject({
  kind: z.literal('text'),
  /** From 0. */
  epoch: z.int().min(0),
  trainPerplexity: z.number().positive().nullable(),
  validationPerplexity: z.number().positive().nullable(),
  learningRate: z.number(),
  /** Of wall time. */
  seconds: z.number().min(0),
});
export type LanguageEpochRecord = z.infer<typeof languageEpochRecordSchema>;

/** e to the mean loss in nats; null where that is no finite number. */
export function perplexityOf(loss: number): number | null {
  const perplexity = Math.exp(loss);
  return Number.isFinite(perplexity) ? perplexity : null;
}

/** Bits per character, or per whatever a token is, of a loss in nats. */
export function bitsOf(loss: number): number {
  return loss / Math.LN2;
}

/** The lowest validation perplexity of a child's epochs; null when it has none. */
export function bestPerplexity(epochs: readonly LanguageEpochRecord[]): number | null {
  const known = epochs.flatMap(({ validationPerplexity }) => validationPerplexity ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

/**
 * The reward of a child on text: c / (validation perplexity)², of its best epoch (paper section 4.2). 0 for a child that
 * diverged or has no epoch, never NaN.
 */
export function languageReward(epochs: readonly LanguageEpochRecord[], rewardConstant: number): number {
  const perplexity = bestPerplexity(epochs);
  return perplexity === null ? 0 : rewardConstant / perplexity ** 2;
}

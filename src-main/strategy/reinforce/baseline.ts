/**
 * The baseline b of REINFORCE: an exponential moving average of the rewards of earlier batches, bias-corrected, so that
 * it is an average of real rewards from the first on (paper section 3.2).
 */
export interface Baseline {
  /** Σ decay^age · reward · (1 − decay), and the sum of those weights: 1 − decay^rewards. */
  readonly sum: number;
  readonly weight: number;
}

export const noRewards: Baseline = { sum: 0, weight: 0 };

/** The moving average, or null before the first reward. */
export function baselineValue({ sum, weight }: Baseline): number | null {
  return weight === 0 ? null : sum / weight;
}

/**
 * What each reward of a batch is better than expected, and the baseline after it. The rewards join the average only
 * afterwards: one that is part of its own baseline would shrink its own gradient.
 *
 * The very first batch has no earlier rewards. Subtracting nothing would make all its advantages positive and push
 * whatever was sampled; so its first reward, in the order of proposals, stands in as the baseline of the others and
 * has no advantage itself.
 */
export function advantagesOf(
  baseline: Baseline,
  rewards: readonly number[],
  decay: number,
): { readonly advantages: readonly number[]; readonly baseline: Baseline } {
  const expected = baselineValue(baseline) ?? rewards[0] ?? 0;
  let { sum, weight } = baseline;
  for (const reward of rewards) {
    sum = decay * sum + (1 - decay) * reward;
    weight = decay * weight + (1 - decay);
  }
  return { advantages: rewards.map((reward) => reward - expected), baseline: { sum, weight } };
}

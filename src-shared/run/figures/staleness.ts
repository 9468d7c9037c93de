import type { ControllerUpdate } from '../run-event';

/**
 * How old the parameters were that gradients were computed by, in updates since they were fetched.
 * @returns null when none of the updates says so
 */
export function stalenessOf(
  updates: Iterable<Pick<ControllerUpdate, 'staleness'>>,
): { readonly mean: number; readonly most: number } | null {
  const ages = [...updates].flatMap(({ staleness }) => (staleness === null ? [] : [staleness]));
  if (ages.length === 0) return null;
  const sum = ages.reduce((total, age) => total + age, 0);
  return { mean: sum / ages.length, most: ages.reduce((most, age) => Math.max(most, age), 0) };
}

/** '2.9 updates on average, at most 6'. */
export function stalenessText({ mean, most }: { readonly mean: number; readonly most: number }): string {
  return `${mean.toFixed(1)} updates on average, at most ${most}`;
}

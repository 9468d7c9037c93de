import { findStrategy } from '../../config/strategies/strategies';
import type { ControllerUpdate } from '../run-event';

type Reported = Pick<ControllerUpdate, 'diagnostics'>;

/** Mean and maximum of a number over the updates that report it; null when none does. */
export function spreadOf(
  updates: readonly Reported[],
  key: string,
): { readonly mean: number; readonly most: number } | null {
  const values = updates.flatMap(({ diagnostics }) => diagnostics[key] ?? []);
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  return { mean: sum / values.length, most: values.reduce((most, value) => Math.max(most, value)) };
}

/** 'staleness 2.9 updates on average, at most 6': what a strategy's description has summarised, where it is not 0 throughout. */
export function diagnosticSummaries(strategy: string, updates: readonly Reported[]): string[] {
  const known = Object.entries(findStrategy(strategy)?.diagnostics ?? {});
  return known.flatMap(([key, { label, unit, summarised }]) => {
    const spread = summarised === true ? spreadOf(updates, key) : null;
    if (spread === null || spread.most === 0) return [];
    const mean = `${spread.mean.toFixed(1)}${unit === null ? '' : ` ${unit}`}`;
    return [`${label.toLowerCase()} ${mean} on average, at most ${spread.most}`];
  });
}

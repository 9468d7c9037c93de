import { counted } from './counted';

/** Milliseconds until the search ends, give or take `uncertainty` (one standard deviation). */
export interface TimeLeft {
  readonly milliseconds: number;
  readonly uncertainty: number;
}

/** '41.32 %' of a fraction from 0 to 1; '–' for none. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(2)} %`;
}

/** '0.0713'; '–' for none. */
export function rewardText(reward: number | null): string {
  return reward === null ? '–' : reward.toFixed(4);
}

/** '48 s', '3 min', '1 h 24 min', '4 d 3 h': at most two units. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** '3 h ± 20 min left'; the uncertainty is omitted below a second. */
export function timeLeftText({ milliseconds, uncertainty }: TimeLeft): string {
  const doubt = uncertainty >= 1000 ? ` ± ${duration(uncertainty)}` : '';
  return `${duration(milliseconds)}${doubt} left`;
}

/** '572 MB' of a number of bytes: decimal units, two significant digits below 10. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 9.95 || unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** '12,800'. */
export function wholeNumber(count: number): string {
  return count.toLocaleString('en');
}

/** '2031-01-09 14:05' in the time zone of this machine. */
export function dateTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  );
}

/** '1 image', '12,800 images'. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return counted(count, one, many, wholeNumber);
}

/** '1 child', '8 children'. */
export function children(count: number): string {
  return countOf(count, 'child', 'children');
}

/** '25 %', '0.61 %', '3·10^−7' of a probability. */
export function probabilityText(probability: number): string {
  const share = 100 * probability;
  if (share >= 99.95) return '100 %';
  if (share >= 10) return `${share.toFixed(1)} %`;
  if (share >= 0.01) return `${share.toFixed(2)} %`;
  if (probability === 0) return '0 %';
  return probability.toExponential(0).replace('e-', '·10^−');
}

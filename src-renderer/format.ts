import { counted } from '../src-shared/counted';
import { metricNamed, measureText, type Measure } from '../src-shared/run/measure';
import type { TimeLeft } from '../src-shared/run/progress/time-left';

/** '93.41', '78.4': a stored measure without its unit, which stands in the head of the column. */
export function measureNumber(measure: Measure, stored: number | null): string {
  return measureText(measure, stored).replace(/ %$/, '');
}

/** 'Accuracy, %', 'Perplexity'. */
export function measureHead(measure: Measure): string {
  const { name, unit } = metricNamed(measure);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}${unit === null ? '' : `, ${unit}`}`;
}

/** What follows the number: '%', 'perplexity'. */
export function measureUnit(measure: Measure): string {
  const { name, unit } = metricNamed(measure);
  return unit ?? name;
}

/** '41.32' of a share from 0 to 1; '–' for none. The unit, %, stands in the head of the column. */
function percentNumber(share: number | null): string {
  return share === null ? '–' : (100 * share).toFixed(2);
}

/** '41.32 %'; '–' for none. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${percentNumber(share)} %`;
}

/** '0.0713'; '–' for none. */
export function rewardText(reward: number | null): string {
  return reward === null ? '–' : reward.toFixed(4);
}

/** '48 s', '3 m', '1 h 24 m', '4 d 3 h'. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  if (minutes < 48 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'm');
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** '3 h ± 20 m left'; the doubt is left out where it is less than a second. */
export function timeLeftText({ milliseconds, uncertainty }: TimeLeft): string {
  const doubt = uncertainty >= 1000 ? ` ± ${duration(uncertainty)}` : '';
  return `${duration(milliseconds)}${doubt} left`;
}

/** '274 MB'. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** unit;
  return `${value.toFixed(unit === 0 || value >= 10 ? 0 : 1)} ${units[unit] ?? ''}`;
}

/** '12,800'. */
export function wholeNumber(count: number): string {
  return count.toLocaleString('en');
}

/** '9 January 2031, 14:05' in the time of this machine. */
export function dateTime(milliseconds: number): string {
  return new Date(milliseconds).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
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

import type { Range } from '../figure';

/**
 * Round values that divide a stretch of an axis.
 * @param most maximum number of ticks
 */
export function ticksOf({ min, max }: Range, logarithmic: boolean, most = 7): number[] {
  return logarithmic ? logarithmicTicks(min, max, most) : linearTicks(min, max, most);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(min: number, max: number, most: number): number[] {
  const rough = (max - min) / most;
  if (!(rough > 0)) return [min];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(min / step);
  const last = Math.floor(max / step);
  // Counted in steps: sums of a fraction would drift.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** Powers of ten; where there are few of them, also their double and fivefold; within less than a decade as on a linear axis. */
function logarithmicTicks(min: number, max: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  for (const factors of [[1, 2, 5], [1]]) {
    const ticks: number[] = [];
    for (let power = first; power <= last; power++)
      for (const factor of factors) ticks.push(Number((factor * 10 ** power).toPrecision(6)));
    const inside = ticks.filter((tick) => tick >= min && tick <= max);
    if (inside.length >= 3 && inside.length <= most) return inside;
    if (inside.length < 3) return linearTicks(min, max, most);
  }
  const every = Math.ceil((last - first + 1) / most);
  const powers: number[] = [];
  for (let power = first; power <= last; power += every) powers.push(10 ** power);
  return powers.filter((tick) => tick >= min && tick <= max);
}

import type { SearchConfig } from '../config/search-config';
import { depthOf, taskOfSpace, type SpaceConfig } from '../tasks/searched';

/** Exact number of decision sequences of a space for networks with the given number of predicted steps; cells have 1. */
export function spaceCount(space: SpaceConfig, depth: number): bigint {
  return taskOfSpace(space).count(space, depth);
}

/** A depth that the networks of a search have, and how many there are of it. */
export interface SpaceAtDepth {
  readonly depth: number;
  readonly count: bigint;
}

/** The space at the beginning of a search and, where networks grow, at its end; a search without a number of children is at its beginning. */
export function spaceSizes({ space, budget }: SearchConfig): readonly SpaceAtDepth[] {
  const depths = [depthOf(space, 0), depthOf(space, Math.max(0, (budget.children ?? 1) - 1))];
  return [...new Set(depths)].map((depth) => ({ depth, count: spaceCount(space, depth) }));
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** '2,916', '6.3·10¹⁶': all digits up to a million, two of them and the power of ten beyond. */
export function countText(count: bigint): string {
  const digits = count.toString();
  if (digits.length <= 6) return digits.replace(/\B(?=(\d{3})+$)/g, ',');
  const tenths = Math.round(Number(digits.slice(0, 4)) / 100);
  const [mantissa, exponent] = tenths === 100 ? [1, digits.length] : [tenths / 10, digits.length - 1];
  const power = String(exponent).replace(/\d/g, (digit) => superscripts[Number(digit)] ?? digit);
  return `${mantissa.toFixed(1)}·10${power}`;
}

/** All digits in groups of three: '63,331,869,759,897,600'. */
export function exactCountText(count: bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

import type { BlockDraw } from '../../../src-shared/dataset/text-options';
import { Generator } from '../../../src-shared/random';
import type { TokenRange } from './copy/token-file';

/** The parts of a text of `count` tokens, in its order: training text is what is left around two blocks. */
export interface Blocks {
  readonly train: readonly TokenRange[];
  readonly valid: readonly TokenRange[];
  readonly test: readonly TokenRange[];
}

/**
 * Draws two blocks that do not overlap, one to validate on and one to test on, anywhere in a text. Contiguous, as a language
 * model reads on from line to line.
 * @param nextLine the first token of a line at or after a token, if there is one before a bound; blocks begin and end there
 */
export function drawBlocks(
  count: number,
  draw: BlockDraw,
  nextLine: (at: number, bound: number) => number | null,
): Blocks {
  const generator = Generator.seeded(draw.seed, 'text split');
  const sizes = { valid: Math.round(draw.valid * count), test: Math.round(draw.test * count) };
  const free = count - sizes.valid - sizes.test;
  const gap = (): number => Math.floor(generator.uniform() * (free + 1));
  const [before = 0, until = 0] = [gap(), gap()].sort((a, b) => a - b);
  const [first, second] =
    generator.integer(2) === 0 ? (['valid', 'test'] as const) : (['test', 'valid'] as const);
  const start = until + sizes[first];
  const cuts = [before, before + sizes[first], start, start + sizes[second]];
  // a line that is as long as a block would swallow it
  const reach = Math.floor(Math.min(sizes.valid, sizes.test) / 4);
  const lines = cuts.map((cut) =>
    cut === 0 || cut >= count ? cut : (nextLine(cut, Math.min(cut + reach, count)) ?? cut),
  );
  const [a = 0, b = 0, c = 0, d = 0] = lines;
  const range = (from: number, to: number): TokenRange[] => (to > from ? [{ from, to }] : []);
  const earlier = range(a, b);
  const later = range(c, d);
  return {
    train: [...range(0, a), ...range(b, c), ...range(d, count)],
    valid: first === 'valid' ? earlier : later,
    test: first === 'test' ? earlier : later,
  };
}

/**
 * Positions of tokens in the concatenation of several files.
 * @param files of each file in the text's order
 */
export function toFileRanges(files: readonly TokenRange[], ranges: readonly TokenRange[]): TokenRange[] {
  const found: TokenRange[] = [];
  for (const { from, to } of ranges) {
    let passed = 0;
    for (const file of files) {
      const length = file.to - file.from;
      const begin = Math.max(from - passed, 0);
      const end = Math.min(to - passed, length);
      if (end > begin) found.push({ from: file.from + begin, to: file.from + end });
      passed += length;
    }
  }
  return found;
}

import { counted } from '../../../src-shared/counted';
import type {
  TextSplit,
  BlockDraw,
  TextLevel,
  TextReading,
} from '../../../src-shared/tasks/text/text-description';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import type { TokenFile, TokenRange } from './write-tokens';
import type { SourcePart, TextSource } from './find-text';
import type { TextPass } from './read-text';
import { eosNumber, makeVocabulary, unk, type Vocabulary } from './vocabulary';

/** Which tokens belong to which split, and the ids of all of them. */
export interface TextArrangement {
  readonly ranges: Readonly<Record<TextSplit, readonly TokenRange[]>>;
  /** Whether the splits were drawn. */
  readonly drawn: boolean;
  readonly vocabulary: Vocabulary;
}

/**
 * Splits a text where it is not split already, and makes the vocabulary of the training split alone.
 * @throws CellsmithError data.empty when a split has nothing to predict, or the training split no word
 */
export function arrangeText(
  source: TextSource,
  pass: TextPass,
  tokens: TokenFile,
  reading: TextReading,
  draw: BlockDraw,
): TextArrangement {
  const of = (part: SourcePart): TokenRange[] => pass.ranges.filter((_, i) => source.files[i]?.part === part);
  const pool = of('pool');
  const drawn = pool.length > 0;
  const ranges = drawn
    ? draftBlocks(tokens, pool, draw)
    : { train: of('train'), valid: of('valid'), test: of('test') };
  const { location } = source.tree;
  for (const split of ['train', 'valid', 'test'] as const) {
    // from one token the next is predicted: two are the least
    const count = lengthOf(ranges[split]);
    if (count >= 2 && (drawn || split === 'train' || hasWord(tokens, ranges[split]))) continue;
    throw new CellsmithError(
      'data.empty',
      drawn
        ? `${location} is too short to be split: it has ${counted(lengthOf(pool), 'token')}, of which ${counted(count, 'was', 'were')} left for the ${split} split. Choose a longer text.`
        : `The ${split} split of ${location} holds no words. Get the corpus again.`,
    );
  }
  const counts = new Float64Array(pass.types.texts.length);
  for (const range of ranges.train) {
    for (const piece of tokens.pieces(range)) {
      for (const number of piece) counts[number] = (counts[number] ?? 0) + 1;
    }
  }
  const vocabulary = makeVocabulary(pass.types.texts, counts, reading.vocabularyLimit);
  if (vocabulary.distinct < 2) {
    throw new CellsmithError(
      'data.empty',
      `The training split of ${location} holds ${vocabulary.distinct === 0 ? 'no words' : `nothing but ${JSON.stringify(vocabulary.tokens[0])}`}: there is nothing to learn. Choose another text.`,
    );
  }
  return { ranges, drawn, vocabulary };
}

function draftBlocks(
  tokens: TokenFile,
  pool: readonly TokenRange[],
  draw: BlockDraw,
): Record<TextSplit, readonly TokenRange[]> {
  const count = lengthOf(pool);
  /** A line begins at a token when the one before ends one. */
  const nextLine = (at: number, bound: number): number | null => {
    let passed = at - 1;
    for (const range of toFileRanges(pool, [{ from: at - 1, to: Math.min(bound, count) }])) {
      for (const piece of tokens.pieces(range)) {
        const end = piece.indexOf(eosNumber);
        if (end >= 0) return passed + end + 1;
        passed += piece.length;
      }
    }
    return null;
  };
  const { train, valid, test } = drawBlocks(count, draw, nextLine);
  return {
    train: toFileRanges(pool, train),
    valid: toFileRanges(pool, valid),
    test: toFileRanges(pool, test),
  };
}

function lengthOf(ranges: readonly TokenRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

function hasWord(tokens: TokenFile, ranges: readonly TokenRange[]): boolean {
  for (const range of ranges) {
    for (const piece of tokens.pieces(range)) {
      if (piece.some((number) => number !== eosNumber)) return true;
    }
  }
  return false;
}

const listedLines = 5;
const lineLength = 200;

/** The first lines of a split as a child reads them. */
export function firstLinesOf(
  tokens: TokenFile,
  ranges: readonly TokenRange[],
  texts: readonly string[],
  { ids, unknownId }: Vocabulary,
  level: TextLevel,
): string[] {
  const lines: string[] = [];
  let parts: string[] = [];
  let length = 0;
  const join = (): string => parts.join(level === 'word' ? ' ' : '');
  for (const range of ranges) {
    for (const piece of tokens.pieces(range)) {
      for (const number of piece) {
        if (number === eosNumber) {
          lines.push(cut(join()));
          if (lines.length === listedLines) return lines;
          parts = [];
          length = 0;
        } else if (length <= lineLength) {
          const text = ids[number] === unknownId ? unk : (texts[number] ?? '');
          parts.push(text);
          length += text.length;
        }
      }
    }
  }
  if (parts.length > 0) lines.push(cut(join()));
  return lines;
}

function cut(line: string): string {
  const characters = Array.from(line);
  return characters.length > lineLength ? `${characters.slice(0, lineLength).join('')}…` : line;
}

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

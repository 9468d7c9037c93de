import { readFileSync } from 'node:fs';
import { Generator } from '../../../src-shared/random';
import type { Files } from './image-datasets';

const words: readonly string[] = [
  ...['the', 'company', 'said', 'of', 'shares', 'a', 'N', '<unk>', 'market', 'in', 'bank', 'and'],
  ...['new', 'york', "'s", 'year', 'million', 'stock', 'trading', 'mr.'],
];

/** Lines like those of Penn Treebank, frequent words first, with a space before the first word and after the last. */
export function preparedLines(lines: number, seed: number): string {
  const generator = Generator.seeded(seed, 'text');
  const word = (): string =>
    words[Math.min(generator.integer(words.length), generator.integer(words.length))] ?? '';
  const line = (): string => Array.from({ length: 1 + generator.integer(20) }, word).join(' ');
  return Array.from({ length: lines }, () => ` ${line()} \n`).join('');
}

/** A small corpus in Penn Treebank's format. */
export function ptbFiles(name = (split: string) => `ptb.${split}.txt`): Files {
  return {
    [name('train')]: preparedLines(200, 1),
    [name('valid')]: preparedLines(40, 2),
    [name('test')]: preparedLines(50, 3),
  };
}

/** A file of little-endian int32. */
export function readTokens(file: string): number[] {
  const bytes = readFileSync(file);
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
}

import { mkdirSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyRecipe, tinyBytes } from './tiny-images';
import { prepareImages } from './prepared';
import { Generator } from '../../../src-shared/random';
import type { Files } from './image-datasets';

/** A data set of the tiny images as IDX files of one channel, and the paths of its parts once prepared. */
export interface TinyDataset {
  /** The user's files. */
  readonly source: string;
  /** The folder for trainers. */
  readonly trainFolder: string;
}

/**
 * Writes tiny images to disk and prepares them for training, by the product's own readers and cache.
 * @param folder folder for the files and the cache
 */
export async function tinyDataset(
  folder: string,
  { train = 126, test = 40 }: { readonly train?: number; readonly test?: number } = {},
): Promise<TinyDataset> {
  const source = join(folder, 'source');
  mkdirSync(source, { recursive: true });
  for (const [part, count, seed] of [
    ['train', train, 1],
    ['t10k', test, 2],
  ] as const) {
    const { images, labels } = tinyBytes({ count, side: tinyRecipe.side, channels: 1, seed });
    const { side } = tinyRecipe;
    writeFileSync(join(source, `${part}-images-idx3-ubyte`), idx([count, side, side], images));
    writeFileSync(join(source, `${part}-labels-idx1-ubyte`), idx([count], Uint8Array.from(labels)));
  }
  const { trainFolder } = await prepareImages(source, {
    side: tinyRecipe.side,
    cacheDirectory: join(folder, 'cache'),
  });
  return { source, trainFolder };
}

/** Bytes in the IDX format: 0, 0, the type (8: unsigned bytes), the number of axes, their lengths, the values. */
function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [axis, length] of shape.entries()) header.writeUInt32BE(length, 4 + 4 * axis);
  return Buffer.concat([header, values]);
}

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

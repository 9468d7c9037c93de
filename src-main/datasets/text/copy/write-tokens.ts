import { endianness } from 'node:os';
import { join } from 'node:path';
import type { TextSplit } from '../../../../src-shared/dataset/text-description';
import type { TextLevel } from '../../../../src-shared/dataset/text-options';
import { HashedWriter } from '../../cache/hashed-writer';
import type { CachedFile } from '../../cache/manifest';
import type { Progress } from '../../reading/progress';
import { throwIfCancelled } from '../../trees/file-errors';
import { LineHash, type SharedLines } from '../shared-lines';
import { eosNumber, unkNumber } from '../tokenising/type-table';
import type { Vocabulary } from '../tokenising/vocabulary';
import type { TokenFile, TokenRange } from './token-file';

/** What passes by while a split is written. */
export interface SplitFacts {
  readonly tokens: number;
  readonly lines: number;
  readonly outOfVocabulary: number;
  readonly longestLine: { readonly line: number; readonly tokens: number };
  readonly file: CachedFile;
}

export interface SplitTask {
  readonly split: TextSplit;
  readonly folder: string;
  readonly tokens: TokenFile;
  readonly ranges: readonly TokenRange[];
  readonly vocabulary: Vocabulary;
  readonly level: TextLevel;
  readonly shared: SharedLines;
}

/** Shorter lines recur in any text: names of speakers, headings, 'yes'. Tokens. */
const comparedLength: Readonly<Record<TextLevel, number>> = { word: 5, character: 30 };

/** Writes tokens-….bin of a split, little-endian int32 [tokens], and looks at its lines on the way. */
export async function writeTokens(
  task: SplitTask,
  progress: Progress,
  signal?: AbortSignal,
): Promise<SplitFacts> {
  const { split, tokens, ranges, vocabulary, shared } = task;
  const { ids, unknownId } = vocabulary;
  const count = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const writer = await HashedWriter.create(join(task.folder, `tokens-${split}.bin`), 4 * count);
  const lineHash = new LineHash();
  const compared = comparedLength[task.level];
  let lines = 0;
  let outOfVocabulary = 0;
  let length = 0;
  let longestLine = { line: 1, tokens: 0 };

  const endLine = (): void => {
    lines += 1;
    if (length > longestLine.tokens) longestLine = { line: lines, tokens: length };
    const hash = lineHash.take();
    if (length > compared) {
      if (split === 'train') shared.meet(hash);
      else shared.hold(split, hash);
    }
    length = 0;
  };

  try {
    for (const range of ranges) {
      for (const piece of tokens.pieces(range)) {
        throwIfCancelled(signal);
        const written = new Int32Array(piece.length);
        piece.forEach((number, i) => {
          const id = ids[number] ?? unknownId;
          written[i] = id;
          if (id === unknownId && number !== unkNumber) outOfVocabulary += 1;
          length += 1;
          lineHash.add(number);
          if (number === eosNumber) endLine();
        });
        await writer.write(littleEndian(written));
        progress.add(4 * piece.length);
      }
      // a block in which a long line continues
      if (length > 0) endLine();
    }
    return { tokens: count, lines, outOfVocabulary, longestLine, file: await writer.finish() };
  } finally {
    await writer.abandon();
  }
}

function littleEndian(tokens: Int32Array<ArrayBuffer>): Uint8Array {
  const bytes = Buffer.from(tokens.buffer);
  return endianness() === 'LE' ? bytes : bytes.swap32();
}

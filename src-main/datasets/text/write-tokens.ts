import { readSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { TextSplit, TextLevel } from '../../../src-shared/tasks/text/text-description';
import { type CachedFile, HashedWriter } from '../cache/cached-file';
import type { Progress } from '../open';
import { throwIfCancelled } from '../trees/file-errors';
import { eosNumber, unkNumber, type Vocabulary } from './vocabulary';

const buffered = 1 << 18;

/** Consecutive tokens of a token file. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** The tokens of a text by their numbers in the type table, on the disk: int32 in the machine's own byte order. */
export interface TokenFile {
  readonly count: number;
  append(number: number): void;
  /** Flushes the buffer; tokens may be read afterwards. */
  flush(): void;
  /** The tokens of a range in chunks, each valid until the next is requested. */
  pieces(range: TokenRange): Generator<Int32Array>;
  close(): Promise<void>;
}

/** @param file a name that is not taken yet */
export async function createTokenFile(file: string): Promise<TokenFile> {
  const handle: FileHandle = await open(file, 'wx+');
  const buffer = new Int32Array(buffered);
  let held = 0;
  let written = 0;
  const flush = (): void => {
    const bytes = new Uint8Array(buffer.buffer, 0, 4 * held);
    // at once: a token at a time cannot wait for a promise
    for (let at = 0; at < bytes.length;) {
      at += writeSync(handle.fd, bytes, at, bytes.length - at, 4 * written + at);
    }
    written += held;
    held = 0;
  };
  return {
    get count() {
      return written + held;
    },
    append: (number) => {
      buffer[held] = number;
      held += 1;
      if (held === buffered) flush();
    },
    flush,
    *pieces({ from, to }) {
      const piece = new Int32Array(Math.min(buffered, Math.max(0, to - from)));
      for (let start = from; start < to; start += piece.length) {
        const part = piece.subarray(0, Math.min(piece.length, to - start));
        const bytes = new Uint8Array(part.buffer, 0, 4 * part.length);
        for (let at = 0; at < bytes.length;) {
          const got = readSync(handle.fd, bytes, at, bytes.length - at, 4 * start + at);
          if (got === 0) throw new RangeError(`token ${start} is not in the file`);
          at += got;
        }
        yield part;
      }
    },
    close: () => handle.close(),
  };
}

/** Lines of a held-out split that are compared at most: a bound on memory, far above the usual. */
const maximumLines = 2_000_000;

/** Compares the lines of held-out splits with those of the training split by their hashes. */
export class SharedLines {
  readonly #held = { valid: [] as number[], test: [] as number[] };
  readonly #wanted = new Set<number>();
  readonly #met = new Set<number>();

  /** Held-out lines come first … */
  hold(split: 'valid' | 'test', hash: number): void {
    if (this.#held[split].length >= maximumLines) return;
    this.#held[split].push(hash);
    this.#wanted.add(hash);
  }

  /** … then those of the training split, which are not kept. */
  meet(hash: number): void {
    if (this.#wanted.has(hash)) this.#met.add(hash);
  }

  /** How many lines of a split were compared, and how many of them the training split has too. */
  counts(split: 'valid' | 'test'): { shared: number; compared: number } {
    const lines = this.#held[split];
    return { shared: lines.filter((hash) => this.#met.has(hash)).length, compared: lines.length };
  }
}

/** A hash of 53 bits of the tokens of a line, as they come. */
class LineHash {
  #low = 0x811c9dc5;
  #high = 0x9747b28c;

  add(number: number): void {
    this.#low = Math.imul(this.#low ^ number, 0x01000193) ^ (this.#low >>> 15);
    this.#high = Math.imul(this.#high + number, 0x85ebca6b) ^ (this.#high >>> 13);
  }

  /** The hash of the input since the last call. */
  take(): number {
    const hash = (this.#high >>> 11) * 2 ** 32 + (this.#low >>> 0);
    this.#low = 0x811c9dc5;
    this.#high = 0x9747b28c;
    return hash;
  }
}

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

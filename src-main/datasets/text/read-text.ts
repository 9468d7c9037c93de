import { createHash } from 'node:crypto';
import type { TextReading } from '../../../src-shared/tasks/text/text-description';
import { CellsmithError } from '../../../src-shared/errors';
import { type OnProgress, Progress } from '../open';
import { throwIfCancelled } from '../trees/file-errors';
import { displayName } from '../trees/file-tree';
import type { TokenFile, TokenRange } from './write-tokens';
import type { TextFile, TextSource } from './find-text';
import { decodeText } from './decode-text';
import { tokeniserFor } from './tokeniser';
import { eosNumber, TypeTable, unkNumber } from './vocabulary';

/** Result of one pass over a corpus. */
export interface TextPass {
  readonly types: TypeTable;
  /** Token range of each file, in the order of the source's files. */
  readonly ranges: readonly TokenRange[];
  /** Words that became `<unk>` for their length. */
  readonly overlong: number;
  readonly fingerprint: string;
}

/**
 * Goes through a corpus once, in whatever order its container has: decodes, tokenises and hashes. Holds a piece of a file at a
 * time and every different word once.
 * @throws CellsmithError data.*, cancelled
 */
export async function readText(
  source: TextSource,
  reading: TextReading,
  tokens: TokenFile,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<TextPass> {
  const { tree, files } = source;
  const types = new TypeTable();
  let overlong = 0;
  const sink = {
    token: (text: string) => tokens.append(types.number(reading.lowerCase ? text.toLowerCase() : text)),
    lineEnd: () => tokens.append(eosNumber),
    overlong: () => {
      overlong += 1;
      tokens.append(unkNumber);
    },
  };
  const places = new Map(files.map(({ path }, i) => [path, i]));
  const found: ({ range: TokenRange; digest: Buffer } | undefined)[] = files.map(() => undefined);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const progress = new Progress('reading', 'bytes', total, onProgress);
  for await (const file of tree.stream(new Set(places.keys()), signal)) {
    const place = places.get(file.path);
    if (place === undefined) continue;
    const shown = displayName(tree, file.path);
    const from = tokens.count;
    const hash = createHash('sha256');
    const tokeniser = tokeniserFor(reading, sink);
    for await (const text of decodeText(counted(file.chunks, progress, signal), shown)) {
      hash.update(text);
      tokeniser.push(text);
    }
    const empty = tokens.count === from;
    if (empty && files[place]?.part !== 'pool') {
      throw new CellsmithError('data.empty', `${shown} is empty. Download the corpus again.`);
    }
    found[place] = { range: { from, to: tokens.count }, digest: hash.digest() };
  }
  tokens.flush();
  progress.finish();
  const complete = found.map((each, i) => {
    if (each) return each;
    throw new CellsmithError(
      'data.changed',
      `${displayName(tree, files[i]?.path ?? '')} disappeared while it was being read. Open the data set again.`,
    );
  });
  return {
    types,
    ranges: complete.map(({ range }) => range),
    overlong,
    fingerprint: fingerprintOf(
      files,
      complete.map(({ digest }) => digest),
    ),
  };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    throwIfCancelled(signal);
    yield chunk;
    progress.add(chunk.length);
  }
}

/** Names a text and its splits by the text of its files (docs/datasets.md). */
function fingerprintOf(files: readonly TextFile[], digests: readonly Buffer[]): string {
  const hash = createHash('sha256').update('cellsmith text 1\n');
  for (const part of ['pool', 'train', 'valid', 'test'] as const) {
    const own = digests.filter((_, i) => files[i]?.part === part);
    hash.update(`${part} ${own.length}\n`);
    for (const digest of own) hash.update(digest);
  }
  return hash.digest('hex');
}

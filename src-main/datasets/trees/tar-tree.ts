import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import type { ReadEntry } from 'tar';
import { Parser } from 'tar';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { fileError, throwIfCancelled } from './file-errors';
import type { FileTree, StreamedFile, TreeFile } from './file-tree';
import { archivePath, isLitter, maximumFiles, readInTurn, sortedListing } from './file-tree';
import { gunzipChunks } from './inflate';

const regular = new Set(['File', 'OldFile', 'ContiguousFile']);

/**
 * A tar archive, gzipped or not, as a tree of files. It is read once for the listing, and once more for every `stream`:
 * nothing is unpacked to the disk.
 * @param packedSize bytes of the archive
 * @throws CellsmithError data.damaged, data.not-readable
 */
export async function tarTree(
  location: string,
  packedSize: number,
  signal?: AbortSignal,
  onCount?: (files: number) => void,
): Promise<FileTree> {
  const files: TreeFile[] = [];
  for await (const entry of tarEntries(location, signal)) {
    files.push({ path: entry.path, size: entry.size });
    if (files.length > maximumFiles) {
      throw new CellsmithError('data.not-recognised', `${location} holds more than ${maximumFiles} files.`);
    }
    onCount?.(files.length);
  }
  sortedListing(files, location);
  const stream = async function* (wanted: ReadonlySet<string>, abort?: AbortSignal) {
    let left = wanted.size;
    for await (const entry of tarEntries(location, abort)) {
      if (!wanted.has(entry.path)) continue;
      yield entry;
      left -= 1;
      if (left === 0) return;
    }
  };
  const tree = { container: 'tar', location, files, bytes: packedSize, stream } as const;
  return { ...tree, read: (wanted, limit, abort) => readInTurn(tree, wanted, limit, abort) };
}

/** Progress of reading an archive; changes wake all waiters. */
interface Flow {
  failure: CellsmithError | undefined;
  ended: boolean;
  /** Whether the mark was read that ends every whole tar. */
  endMark: boolean;
  readonly wait: () => Promise<void>;
  readonly wake: () => void;
}

function newFlow(): Flow {
  let waiting: (() => void)[] = [];
  return {
    failure: undefined,
    ended: false,
    endMark: false,
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    wake: () => {
      const woken = waiting;
      waiting = [];
      for (const resolve of woken) resolve();
    },
  };
}

/** The regular files of a tar in archive order. Unread bytes of a file are skipped. */
async function* tarEntries(location: string, signal?: AbortSignal): AsyncGenerator<StreamedFile> {
  const arrived: ReadEntry[] = [];
  const flow = newFlow();
  const fail = (error: CellsmithError): void => {
    flow.failure ??= error;
    flow.wake();
  };
  const parser = new Parser({ brotli: false, zstd: false });
  parser.on('entry', (entry: ReadEntry) => {
    arrived.push(entry);
    flow.wake();
  });
  parser.on('eof', () => (flow.endMark = true));
  parser.on('error', (error: unknown) => fail(damaged(location, error)));
  parser.on('warn', (code: string, message: string) => {
    if (code !== 'TAR_ENTRY_INFO' && code !== 'TAR_ENTRY_UNSUPPORTED') fail(damaged(location, message));
  });

  const file = createReadStream(location, { highWaterMark: 1 << 18 });
  const pump = async (): Promise<void> => {
    let first = true;
    for await (const chunk of plainChunks(file, location)) {
      if (first && isGzip(chunk)) throw damaged(location, 'it is compressed twice');
      first = false;
      throwIfCancelled(signal);
      if (!parser.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)))
        await once(parser, 'drain');
    }
    parser.end();
    flow.ended = true;
    flow.wake();
  };
  pump().catch((error: unknown) => fail(fileError(error, location)));

  try {
    for (;;) {
      throwIfCancelled(signal);
      if (flow.failure) throw flow.failure;
      const entry = arrived.shift();
      if (entry) {
        const path = regular.has(entry.type) ? archivePath(entry.path, location) : '';
        if (path !== '' && !isLitter(path))
          yield { path, size: entry.size, chunks: entryChunks(entry, flow) };
        entry.resume();
      } else if (flow.ended) {
        break;
      } else {
        await flow.wait();
      }
    }
  } finally {
    file.destroy();
  }
  // Only the end marker reveals a tar that was truncated between two files.
  if (!flow.endMark) throw damaged(location, 'its end is missing');
}

/** The bytes of one entry. A failure of the archive rejects them instead of leaving them pending. */
async function* entryChunks(entry: ReadEntry, flow: Flow): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const own = { finished: false };
  entry.on('data', (chunk: Buffer) => {
    pieces.push(chunk);
    entry.pause();
    flow.wake();
  });
  entry.on('end', () => {
    own.finished = true;
    flow.wake();
  });
  for (;;) {
    const piece = pieces.shift();
    if (piece) {
      yield piece;
    } else if (flow.failure) {
      throw flow.failure;
    } else if (own.finished) {
      return;
    } else {
      const change = flow.wait();
      entry.resume();
      await change;
    }
  }
}

async function* plainChunks(file: AsyncIterable<Uint8Array>, location: string): AsyncGenerator<Uint8Array> {
  const chunks = file[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) throw damaged(location, 'it is empty');
  const all = async function* () {
    yield first.value;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  };
  yield* isGzip(first.value) ? gunzipChunks(all(), location) : all();
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function damaged(location: string, reason: unknown): CellsmithError {
  if (reason instanceof CellsmithError) return reason;
  const message = typeof reason === 'string' ? reason : errorMessage(reason);
  return new CellsmithError(
    'data.damaged',
    `The archive ${location} is damaged: ${message}. Download it again, or unpack it and choose the folder.`,
    { cause: reason },
  );
}

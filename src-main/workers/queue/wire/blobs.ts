import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { blobKey, times } from './keys';
import type { SentWeights } from './messages';

/*
 * Why not a job's return value: BullMQ keeps it in the job's hash, where every look at the job loads it, and for as long as the job. Weights of
 * hundreds of megabytes go in pieces that are deleted when they have been read.
 */

/** Bytes of a piece, and of all that is sent of one child: Redis keeps it in memory until it is fetched. */
const chunkBytes = 1024 ** 2;
const mostBytes = 256 * 1024 ** 2;

/** Names what is sent: a training of a job. */
export interface BlobName {
  readonly token: string;
  readonly attempt: number;
}

export function sumOfFile(path: string): Pick<SentWeights, 'bytes' | 'sha256'> {
  const bytes = readFileSync(path);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * Puts a file into Redis in pieces that are forgotten after an hour.
 * @returns what it comes to; null when it is empty or too large to be sent
 */
export async function sendFile(redis: Redis, name: BlobName, path: string): Promise<SentWeights | null> {
  const bytes = readFileSync(path);
  if (bytes.length === 0 || bytes.length > mostBytes) return null;
  for (const [chunk, from] of chunksOf(bytes.length))
    await redis.set(
      blobKey(name.token, name.attempt, chunk),
      bytes.subarray(from, from + chunkBytes),
      'PX',
      times.blob,
    );
  return { kind: 'blob', ...sumOfFile(path) };
}

/**
 * Fetches what was sent into a file, whole or not at all, and forgets it in Redis.
 * @returns whether it was there and is what it should be
 */
export async function fetchFile(
  redis: Redis,
  { token, attempt }: BlobName,
  { bytes, sha256 }: SentWeights,
  path: string,
): Promise<boolean> {
  if (bytes > mostBytes) return false;
  const keys = [...chunksOf(bytes)].map(([chunk]) => blobKey(token, attempt, chunk));
  const partial = `${path}.queue.partial`;
  const sum = createHash('sha256');
  let whole = true;
  const file = openSync(partial, 'w');
  try {
    for (const [place, key] of keys.entries()) {
      const expected = Math.min(chunkBytes, bytes - place * chunkBytes);
      // Looked at before it is loaded: it may be anything.
      const piece = (await redis.strlen(key)) === expected ? await redis.getBuffer(key) : null;
      whole = piece?.length === expected;
      if (piece === null || !whole) break;
      sum.update(piece);
      for (let written = 0; written < piece.length;) written += writeSync(file, piece, written);
    }
    whole &&= sum.digest('hex') === sha256;
    if (whole) fsyncSync(file);
  } finally {
    closeSync(file);
    if (!whole) rmSync(partial, { force: true });
  }
  if (whole) renameSync(partial, path);
  await redis.unlink(...keys);
  return whole;
}

/** Pieces by their numbers, with where each begins. */
function* chunksOf(bytes: number): Generator<readonly [number, number]> {
  for (let from = 0; from < bytes; from += chunkBytes) yield [from / chunkBytes, from];
}

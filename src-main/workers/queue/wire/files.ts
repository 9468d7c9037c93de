import { randomUUID, createHash } from 'node:crypto';
import {
  copyFileSync,
  renameSync,
  rmSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
  closeSync,
  fsyncSync,
  openSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { type ChildJob, type JobResult, type SentWeights, blobKey, times } from './messages';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { CellsmithError, errorMessage } from '../../../../src-shared/errors';

/**
 * Fetches the weights from a worker into the run folder.
 * @returns whether they arrived with the worker's checksum
 */
export async function receiveWeights(
  {
    redis,
    of,
    folder,
  }: {
    readonly redis: Redis;
    readonly of: Pick<ChildJob, 'search'>;
    readonly folder: string | null;
  },
  job: string,
  { token, attempt }: Pick<JobResult, 'token' | 'attempt'>,
  weights: SentWeights,
  path: string,
): Promise<boolean> {
  if (weights.kind === 'blob') return fetchFile(redis, { token, attempt }, weights, path);
  if (folder === null) return false;
  const { weights: shared } = sharedFiles(folder, of.search, job);
  const partial = `${path}.queue.partial`;
  try {
    copyFileSync(shared, partial);
    const { bytes, sha256 } = sumOfFile(partial);
    if (bytes !== weights.bytes || sha256 !== weights.sha256) return false;
    renameSync(partial, path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(partial, { force: true });
    rmSync(shared, { force: true });
  }
}

/** A folder that the search and its workers share, each by its own path. */
export interface SharedFolder {
  readonly folder: string;
  /** Its id: equal ids mean the same folder. */
  readonly id: string;
}

/** The environment variable that names it without an option. */
export const sharedVariable = 'CELLSMITH_SHARED';

const markName = 'cellsmith-shared.json';
const markSchema = z.strictObject({ id: z.uuid() });

/**
 * Opens a folder to share, and creates its id if it has none.
 * @throws CellsmithError 'config.invalid' when it cannot be written
 */
export function openSharedFolder(path: string): SharedFolder {
  const folder = resolve(path);
  const mark = join(folder, markName);
  try {
    mkdirSync(folder, { recursive: true });
    try {
      // The second process finds the id of the first.
      writeFileSync(mark, JSON.stringify({ id: randomUUID() }), { flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    return { folder, id: markSchema.parse(JSON.parse(readFileSync(mark, 'utf8'))).id };
  } catch (error) {
    throw new CellsmithError(
      'config.invalid',
      `The shared folder ${folder} cannot be used: ${errorMessage(error)}. It must be a folder that this program may write to.`,
      { cause: error },
    );
  }
}

/**
 * The checkpoint and the weights of a job's child in a shared folder.
 * @param job id of the job: letters, digits and hyphens alone
 */
export function sharedFiles(
  folder: string,
  search: string,
  job: string,
): { checkpoint: string; weights: string } {
  const own = join(folder, search);
  mkdirSync(own, { recursive: true });
  return { checkpoint: join(own, `${job}.checkpoint`), weights: join(own, `${job}.safetensors`) };
}

/*
 * Why not a job's return value: BullMQ stores it in the job's hash, where every read of the job loads it, for as long as the job. Weights of
 * hundreds of megabytes are sent in chunks that are deleted once read.
 */

/** Bytes of a chunk, and the most for one child: Redis keeps them in memory until fetched. */
const chunkBytes = 1024 ** 2;
const mostBytes = 256 * 1024 ** 2;

/** Identifies sent weights: an attempt at a job. */
interface BlobName {
  readonly token: string;
  readonly attempt: number;
}

export function sumOfFile(path: string): Pick<SentWeights, 'bytes' | 'sha256'> {
  const bytes = readFileSync(path);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * Writes a file to Redis in chunks that expire after an hour.
 * @returns its size and checksum; null when it is empty or too large
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
 * Fetches sent weights into a file, atomically, and deletes them in Redis.
 * @returns whether they were complete and match the checksum
 */
async function fetchFile(
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
      // The length is checked before loading: the key may hold anything.
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

/** Chunks by number, with the offset of each. */
function* chunksOf(bytes: number): Generator<readonly [number, number]> {
  for (let from = 0; from < bytes; from += chunkBytes) yield [from / chunkBytes, from];
}

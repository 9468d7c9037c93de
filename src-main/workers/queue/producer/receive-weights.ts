import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { fetchFile, sumOfFile } from '../wire/blobs';
import type { JobResult, SentWeights } from '../wire/messages';
import { sharedFiles } from '../wire/shared-folder';
import type { QueueParts } from './child-job';

/**
 * Brings the weights that a worker has left to where the run keeps them.
 * @returns whether they came, and are what the worker said
 */
export async function receiveWeights(
  { redis, of, folder }: QueueParts,
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

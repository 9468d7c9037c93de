import { createHash } from 'node:crypto';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { TrialJob } from '../../protocol';
import { queueProtocol } from '../wire/keys';
import type { ChildJob } from '../wire/messages';

/** A job before it has its token. */
export type TokenlessJob = Omit<ChildJob, 'token'>;

/** What of a search goes into each of its jobs. */
export type JobOfSearch = Pick<ChildJob, 'search' | 'data' | 'shared'>;

/** What the children of a search have in common. */
export interface QueueParts {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly of: JobOfSearch;
  /** Folder that is shared with workers; null without one. */
  readonly folder: string | null;
  readonly log: (text: string) => void;
}

/** The part of a child's job that goes to another machine: everything but paths. */
export function childJobOf(
  { trial, child, seed, weights, checkpoint }: TrialJob,
  of: JobOfSearch,
): TokenlessJob {
  return {
    protocol: queueProtocol,
    ...of,
    trial,
    child,
    seed,
    weights: weights !== null,
    checkpointEpochs: checkpoint?.everyEpochs ?? null,
  };
}

/**
 * The id of a job: equal for the same child of the same run, and only for it. So a search that was killed finds its jobs again, and a
 * copy of a run that went another way does not take them for its own.
 */
export function jobIdOf(job: TokenlessJob): string {
  const { search, trial, child, seed, data } = job;
  const sum = createHash('sha256')
    .update(sortedJson([child, seed, data]))
    .digest('hex');
  return `${search}-${trial}-${sum.slice(0, 16)}`;
}

/** JSON with the keys of every object in order: a schema that parses a message may put them in another one. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

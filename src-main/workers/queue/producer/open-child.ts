import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { errorMessage } from '../../../../src-shared/errors';
import type { ChildResult } from '../../../../src-shared/run/child-event';
import type { ChildListener } from '../../trainer-pool';
import type { TrialJob } from '../../protocol';
import { isLocked, isLostTooOften, jobSizes } from '../wire/bullmq-private';
import {
  openKey,
  times,
  childJobSchema,
  jobResultSchema,
  longestMessage,
  readMessage,
  type JobResult,
  type WorkerMessage,
} from '../wire/messages';
import {
  childJobOf,
  jobIdOf,
  type QueueParts,
  areInOrder,
  followChild,
  type FollowedChild,
} from './child-job';
import { receiveWeights } from '../wire/files';

/**
 * A child in the queue, until it is settled.
 *
 * Why it reconciles with the queue instead of awaiting BullMQ's `job.waitUntilFinished()`: the run folder is the source of truth and
 * the queue is transport. A Redis that lost its data is refilled, a resumed search finds its results, and missed events
 * do no harm.
 */
export interface OpenChild {
  /** Identifies the awaited job; changes when the job is added again. */
  readonly token: string;
  /** Resolves once. */
  readonly settled: Promise<ChildResult>;
  hear(message: WorkerMessage): void;
  /**
   * Reconciles the queue with the search: adds a missing job, and takes a result.
   * @param stopping withdraws a job that no worker has instead
   */
  reconcile(stopping: boolean): Promise<void>;
  /** Settles it as cancelled, here at once; its worker is notified. */
  cancel(): void;
  /** Removes it from the queue. */
  withdraw(): Promise<void>;
}

/** Invalid or premature answers of workers before a child counts as failed. */
const mostRefusals = 5;

export function openChild(
  parts: QueueParts,
  job: TrialJob,
  listener: ChildListener,
  trainer: () => number,
): OpenChild {
  const { redis, queue, of, log } = parts;
  const payload = childJobOf(job, of);
  const id = jobIdOf(payload);
  let token: string = randomUUID();
  let refusals = 0;
  let settled = false;
  let unlocked = 0;
  let current = Promise.resolve();
  let next: Promise<void> | undefined;
  let resolve: (result: ChildResult) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<ChildResult>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  const settle = (give: () => void): void => {
    if (settled) return;
    settled = true;
    give();
  };
  /** An error of the listener rejects `settled`. */
  const guarded = (work: () => void): void => {
    try {
      if (!settled) work();
    } catch (error) {
      settle(() => reject(error instanceof Error ? error : new Error(errorMessage(error))));
    }
  };
  const follow = (): FollowedChild => followChild(token, trainer, (event) => listener.onEvent?.(event));
  let followed = follow();

  const take = async (found: string): Promise<void> => {
    if (found !== token) {
      token = found;
      followed = follow();
    }
    await redis.multi().sadd(openKey(of.search), token).pexpire(openKey(of.search), times.kept).exec();
  };
  const add = async (): Promise<void> => {
    await take(randomUUID());
    await queue.add('child', { ...payload, token }, { jobId: id });
  };
  const addAgain = async (why: string): Promise<void> => {
    refusals += 1;
    log(`child ${job.trial}: ${why}`);
    await queue.remove(id);
    if (refusals <= mostRefusals) return add();
    const message = `The queue returned no usable result, ${mostRefusals + 1} times: ${why}`;
    settle(() => resolve({ outcome: 'failed', reason: 'error', message, epochs: [] }));
  };

  const accept = async (finished: Job): Promise<void> => {
    let result: JobResult;
    try {
      result = readMessage(jobResultSchema, finished.returnvalue, 'The result of a child');
    } catch (error) {
      return addAgain(errorMessage(error));
    }
    if (result.token !== token) return addAgain('its result belongs to another job.');
    const { epochs, recipe } = { epochs: result.epochs, recipe: payload.child.recipe };
    const fits =
      areInOrder(epochs) &&
      epochs.length <= recipe.epochs &&
      epochs.every(({ kind }) => kind === recipe.kind);
    if (!fits || (result.outcome === 'completed' && epochs.length === 0))
      return addAgain('its result does not match its recipe.');
    if (result.outcome === 'cancelled') return addAgain(`it was given up on ${result.host}.`);
    if (result.outcome === 'completed' && result.weights !== null && job.weights !== null) {
      const received = await receiveWeights(parts, id, result, result.weights, job.weights);
      if (!received) log(`child ${job.trial}: its weights did not arrive from ${result.host}.`);
    }
    guarded(() => followed.conclude(result));
    // A retry must train the child: the failed result must not be found again.
    if (result.outcome === 'failed') await queue.remove(id);
    settle(() =>
      resolve(
        result.outcome === 'completed'
          ? { outcome: 'completed', stopped: result.stopped, epochs }
          : { outcome: 'failed', reason: result.reason, message: result.message, epochs },
      ),
    );
  };

  /** BullMQ fails a job whose workers were lost too often, or that a worker refused. */
  const acceptFailure = async (failed: Job): Promise<void> => {
    const reason = typeof failed.failedReason === 'string' ? failed.failedReason : '';
    await queue.remove(id);
    const lost = isLostTooOften(reason);
    const message = lost
      ? 'Its workers were lost repeatedly: it may need more memory than they have.'
      : `A worker refused it: ${reason.slice(0, 500)}`;
    const { epochs } = followed;
    settle(() =>
      resolve({ outcome: 'failed', reason: lost ? 'crashed' : 'error', message, epochs: [...epochs] }),
    );
  };

  const cancel = (): void => {
    const { epochs } = followed;
    settle(() => resolve({ outcome: 'cancelled', epochs: [...epochs] }));
  };

  const reconcileOnce = async (stopping: boolean): Promise<void> => {
    const { data, result } = await jobSizes(redis, queue, id);
    if (data > longestMessage || result > longestMessage) return addAgain('its job is too long.');
    // The state first: a job that is complete by then has its result when it is read.
    const state = await queue.getJobState(id);
    const found = data === 0 ? undefined : await queue.getJob(id);
    if (found === undefined && !stopping) return add();
    if (found === undefined) {
      cancel();
      return;
    }
    let there;
    try {
      there = readMessage(childJobSchema, found.data, 'A job');
    } catch (error) {
      return addAgain(errorMessage(error));
    }
    if (jobIdOf(there) !== id) return addAgain('its job was changed.');
    await take(there.token);
    if (state === 'completed') return accept(found);
    if (state === 'failed') return acceptFailure(found);
    if (!stopping) return;
    if (state === 'active') {
      // Its worker delivers the result, unless it is gone and no other worker notices.
      unlocked = (await isLocked(redis, queue, id)) ? 0 : unlocked + 1;
      if (unlocked < 3) return;
    }
    await queue.remove(id);
    cancel();
  };

  for (const signal of [listener.signal, listener.afterStep])
    signal?.addEventListener('abort', cancel, { once: true });
  return {
    get token() {
      return token;
    },
    settled: promise,
    hear: (message) => guarded(() => followed.hear(message)),
    reconcile: (stopping) => {
      // A comparison in progress may have started before a change: one more follows it, however many are requested.
      next ??= (async () => {
        await current.catch(() => undefined);
        current = settled ? Promise.resolve() : reconcileOnce(stopping);
        next = undefined;
        await current;
      })();
      return next;
    },
    cancel,
    withdraw: async () => {
      await redis.srem(openKey(of.search), token);
      for (let tries = 0; tries < 3; tries++) {
        const there = await queue.getJob(id);
        // The child may have been added to the queue again.
        if (there === undefined || tokenOf(there.data) !== token) return;
        // A worker that has it learns that it is cancelled, and releases it.
        if ((await queue.remove(id)) === 1) return;
        await wait(times.beat);
      }
    },
  };
}

function tokenOf(data: unknown): string | undefined {
  const job = childJobSchema.safeParse(data);
  return job.success ? job.data.token : undefined;
}

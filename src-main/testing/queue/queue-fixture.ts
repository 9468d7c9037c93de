import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { QueueState } from '../../../src-shared/run/queue-state';
import { networkOfLayers } from '../../../src-shared/architecture/conv/layered-network';
import { presets } from '../../../src-shared/config/presets';
import { queuePool, type QueuePoolOptions } from '../../workers/queue/producer/queue-pool';
import { parseQueueUrl } from '../../workers/queue/wire/address';
import { connectQueue } from '../../workers/queue/wire/connect';
import { serveQueue, type ServeQueueOptions } from '../../workers/queue/worker/serve-queue';
import type { WorkerEvent } from '../../workers/queue/worker/train-taken';
import type { TrainerPool } from '../../workers/trainer-pool';
import type { TrialJob } from '../../workers/protocol';
import { runDescription } from '../run-description';
import { syntheticPool, type SyntheticChildren } from '../synthetic-pool';

export const { description } = runDescription().dataset;
const { recipe } = presets.demo.config;

/** A child of the demo's recipe. */
export function childOf(trial: number, changes: Partial<TrialJob> = {}): TrialJob {
  const convolution = {
    kind: 'convolution' as const,
    filterHeight: 3,
    filterWidth: 3,
    strideHeight: 1,
    strideWidth: 1,
    filters: 8 + trial,
    inputs: [0],
  };
  const architecture = networkOfLayers({ kind: 'conv', layers: [convolution], outputs: [1] });
  return {
    trial,
    child: { kind: 'images', architecture, recipe },
    seed: trial,
    data: '/nowhere of the search',
    weights: null,
    checkpoint: null,
    ...changes,
  };
}

/** The pool of a search at a queue, its log, and the last state of the queue. */
export async function poolAt(url: string, changes: Partial<QueuePoolOptions> = {}) {
  const log: string[] = [];
  const states: QueueState[] = [];
  const pool = await queuePool({
    address: parseQueueUrl(url),
    shared: null,
    search: 'a-search',
    description,
    need: { kind: 'images', side: 32, unreadable: 'skip' },
    keepBest: 2,
    log: (text) => log.push(text),
    onState: (state) => states.push(state),
    ...changes,
  });
  return { pool, log, states };
}

export interface WorkerAt {
  readonly events: WorkerEvent[];
  readonly jobs: TrialJob[];
  readonly stop: { readonly afterEpoch: AbortController; readonly now: AbortController };
  readonly ended: Promise<void>;
}

/** A worker at a queue, in this process, whose children are synthetic. */
export async function workerAt(
  url: string,
  folder: string,
  children: SyntheticChildren = {},
  changes: Partial<ServeQueueOptions> = {},
): Promise<WorkerAt> {
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const events: WorkerEvent[] = [];
  const jobs: TrialJob[] = [];
  const stop = { afterEpoch: new AbortController(), now: new AbortController() };
  const pool = (): TrainerPool =>
    syntheticPool({
      ...children,
      onJob: (job) => {
        jobs.push(job);
        children.onJob?.(job);
      },
    });
  const ended = serveQueue({
    connection: await connectQueue(parseQueueUrl(url)),
    host: 'a-machine',
    version: '0.0.0',
    places: 1,
    device: 'cpu',
    datasets: [{ name: 'images', path: '/images of the worker', fingerprint: description.fingerprint }],
    prepare: () => Promise.resolve({ description, trainFolder: '/copy of the worker' }),
    pool,
    scratch,
    shared: null,
    patience: 2000,
    stop: { afterEpoch: stop.afterEpoch.signal, now: stop.now.signal },
    onEvent: (event) => events.push(event),
    ...changes,
  });
  return { events, jobs, stop, ended };
}

import type { z } from 'zod';
import { childJobOf } from '../../workers/queue/producer/child-job';
import {
  contentOf,
  childJobSchema,
  desiredStateSchema,
  jobResultSchema,
  workerMessageSchema,
  workerRecordSchema,
  queueProtocol,
} from '../../workers/queue/wire/messages';
import { childOf, description } from './queue-fixture';
import { epochOf } from '../synthetic-pool';

const token = '3f0e4a52-6c1b-4a0e-9d57-0a4e0b8f3c11';
/** One of each kind of message in the queue. */
export const job = {
  ...childJobOf(childOf(7), {
    search: 'a-search',
    data: {
      fingerprint: description.fingerprint,
      content: contentOf(description),
      need: { kind: 'images', side: 32, unreadable: 'skip' },
    },
    shared: null,
  }),
  token,
};
const by = { protocol: queueProtocol, token, attempt: 1, worker: token, host: 'a-machine' };
export const result = {
  ...by,
  outcome: 'completed',
  stopped: false,
  epochs: [epochOf(0, 0.5)],
  weights: null,
};
const event = { ...by, type: 'epochEnded', record: epochOf(0, 0.5) };
const state = { protocol: queueProtocol, mode: 'run', leastReward: 0 };
export const record = {
  protocol: queueProtocol,
  worker: token,
  host: 'a-machine',
  pid: 1,
  version: '0.1.0',
  places: 2,
  device: 'cpu',
  datasets: [{ name: 'images', fingerprint: description.fingerprint }],
  children: [{ search: 'a-search', trial: 1, epoch: 0, epochs: 3 }],
  ending: false,
};
/** Each kind of message: its name, its schema, and an example as written. */
export const wireMessages: readonly (readonly [string, z.ZodType, Readonly<Record<string, unknown>>])[] = [
  ['job', childJobSchema, job],
  ['result', jobResultSchema, result],
  ['event', workerMessageSchema, event],
  ['desired state', desiredStateSchema, state],
  ['record', workerRecordSchema, record],
];

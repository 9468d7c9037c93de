import { expect, it } from 'vitest';
import { epochOf } from '../../testing/synthetic-pool';
import { workerEventSchema } from '../../workers/queue/worker/train-taken';
import { workerLine } from './worker-view';

it('a worker prints a line for each child, epoch and end, and none for steps', () => {
  const child = { search: '0123456789', trial: 12, trainer: 1, epochs: 3 };
  const url = 'redis://lab:6379';
  const lineOf = (event: unknown): string | undefined => workerLine(workerEventSchema.parse(event), url);
  expect([
    lineOf({ type: 'ready', datasets: [{ name: 'cifar10', fingerprint: 'a'.repeat(64) }] }),
    lineOf({ type: 'trialStarted', ...child }),
    lineOf({ type: 'trialProgress', ...child, epoch: 0, step: 1, steps: 2 }),
    lineOf({ type: 'epochEnded', ...child, record: epochOf(0, 0.5) }),
    lineOf({ type: 'trialEnded', ...child, end: { outcome: 'cancelled' }, released: 'givenBack' }),
  ]).toEqual([
    'Working at redis://lab:6379 with cifar10 (aaaaaaaaaaaa…). Ctrl-C ends it.',
    'child 12 of 01234567: in training',
    undefined,
    'child 12 of 01234567: epoch 1 of 3, 50.00 %',
    'child 12 of 01234567: returned to the queue',
  ]);
});

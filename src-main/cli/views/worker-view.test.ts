import { expect, it } from 'vitest';
import { epochOf } from '../../testing/synthetic-pool';
import { workerLine } from './worker-view';

it('a worker says a line for each child, epoch and end, and none for steps', () => {
  const child = { search: '0123456789', trial: 12, seat: 1, epochs: 3 };
  const url = 'redis://lab:6379';
  expect([
    workerLine({ type: 'ready', datasets: [{ name: 'cifar10', fingerprint: 'a'.repeat(64) }] }, url),
    workerLine({ type: 'started', ...child }, url),
    workerLine({ type: 'progress', ...child, epoch: 0, step: 1, steps: 2 }, url),
    workerLine({ type: 'epoch', ...child, record: epochOf(0, 0.5) }, url),
    workerLine({ type: 'ended', ...child, outcome: 'givenBack' }, url),
  ]).toEqual([
    'Working at redis://lab:6379 with cifar10 (aaaaaaaaaaaa…). Ctrl-C ends it.',
    'child 12 of 01234567: in training',
    undefined,
    'child 12 of 01234567: epoch 1 of 3, 50.00 %',
    'child 12 of 01234567: given back into the queue',
  ]);
});

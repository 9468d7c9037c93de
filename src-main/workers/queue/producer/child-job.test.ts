import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochOf } from '../../../testing/synthetic-pool';
import type { EpochRecord } from '../../../../src-shared/tasks/data-kinds';
import { queueProtocol, type JobResult, type WorkerMessage } from '../wire/messages';
import { followChild } from './child-job';

const token = '3f0e4a52-6c1b-4a0e-9d57-0a4e0b8f3c11';
const by = (attempt: number) => ({
  protocol: queueProtocol,
  token,
  attempt,
  worker: token,
  host: 'a-machine',
});
/** Accuracies tell the trainings apart. */
const record = (attempt: number, epoch: number): EpochRecord => epochOf(epoch, attempt / 100);
const epochs = (attempt: number, count: number): EpochRecord[] =>
  Array.from({ length: count }, (_, epoch) => record(attempt, epoch));
const resultOf = (attempt: number, count: number): JobResult => ({
  ...by(attempt),
  outcome: 'completed',
  stopped: false,
  epochs: epochs(attempt, count),
  weights: null,
});

/** What a run folder holds after the events of a child. */
function listened() {
  let stored: EpochRecord[] = [];
  const calls: string[] = [];
  const followed = followChild(
    token,
    () => 5,
    (event) => {
      switch (event.type) {
        case 'trialStarted':
          calls.push(`start at ${event.trainer}`);
          break;
        case 'trialRestored':
          calls.push(`begin ${event.epochs.length}`);
          stored = [...event.epochs];
          break;
        case 'trialProgress':
          calls.push(`step ${event.step}`);
          break;
        case 'epochEnded':
          calls.push(`epoch ${event.record.epoch}`);
          stored.push(event.record);
          break;
        case 'trialEnded':
          throw new Error('The result is the end.');
      }
    },
  );
  return { followed, calls, stored: () => stored };
}

describe('a followed child', () => {
  it('reports events as it trains', () => {
    const { followed, calls } = listened();
    followed.hear({ ...by(1), type: 'trialStarted', trainer: 1 });
    followed.hear({ ...by(1), type: 'trialRestored', epochs: [] });
    followed.hear({ ...by(1), type: 'trialProgress', epoch: 0, step: 3, steps: 5 });
    followed.hear({ ...by(1), type: 'epochEnded', record: record(1, 0) });
    followed.conclude(resultOf(1, 1));
    expect(calls).toEqual(['start at 5', 'begin 0', 'step 3', 'epoch 0']);
  });

  it('starts over with another worker, or resumes from a shared checkpoint; the first worker is ignored', () => {
    const { followed, calls, stored } = listened();
    followed.hear({ ...by(1), type: 'trialRestored', epochs: [] });
    followed.hear({ ...by(1), type: 'epochEnded', record: record(1, 0) });
    followed.hear({ ...by(2), type: 'trialRestored', epochs: epochs(1, 1) });
    followed.hear({ ...by(1), type: 'epochEnded', record: record(1, 1) });
    followed.hear({ ...by(2), type: 'epochEnded', record: record(2, 1) });
    expect(calls).toEqual(['start at 5', 'begin 0', 'epoch 0', 'start at 5', 'begin 1', 'epoch 1']);
    expect(stored()).toEqual([record(1, 0), record(2, 1)]);
  });

  it('ignores the events of another job', () => {
    const { followed, calls } = listened();
    const other = '11111111-6c1b-4a0e-9d57-0a4e0b8f3c11';
    followed.hear({ ...by(9), token: other, type: 'trialRestored', epochs: [] });
    followed.conclude({ ...resultOf(9, 1), token: other });
    expect(calls).toEqual([]);
  });

  it('ends with the epochs of its result, each once, whatever was lost, repeated, late, or out of order', () => {
    const deliveries = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }))
      .chain(([trainings, count]) => {
        const sent = Array.from({ length: trainings }, (_, place): WorkerMessage[] => [
          { ...by(place + 1), type: 'trialStarted', trainer: 1 },
          { ...by(place + 1), type: 'trialRestored', epochs: [] },
          ...epochs(place + 1, count).map((one): WorkerMessage => ({
            ...by(place + 1),
            type: 'epochEnded',
            record: one,
          })),
          { ...by(place + 1), type: 'trialEnded', end: { outcome: 'completed', stopped: false } },
        ]).flat();
        return fc.record({
          count: fc.constant(count),
          last: fc.constant(trainings),
          events: fc.array(fc.constantFrom(...sent), { maxLength: 30 }),
          late: fc.array(fc.constantFrom(...sent), { maxLength: 5 }),
          results: fc.integer({ min: 1, max: 3 }),
        });
      });
    fc.assert(
      fc.property(deliveries, ({ count, last, events, late, results }) => {
        const { followed, calls, stored } = listened();
        for (const event of events) followed.hear(event);
        for (let times = 0; times < results; times++) followed.conclude(resultOf(last, count));
        expect(stored()).toEqual(epochs(last, count));
        const before = calls.length;
        for (const event of late) followed.hear(event);
        expect(calls.length).toBe(before);
      }),
    );
  });
});

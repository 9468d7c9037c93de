import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from './training-event';
import { noTraining, trainingAfter, trainingTimeLeft } from './training-progress';

const started: TrainingEvent = {
  type: 'trainingStarted',
  folder: '/f',
  parameters: 9,
  epochs: 10,
  earlier: 2,
  at: 1000,
};

describe('the progress of a training', () => {
  it('is that of its epochs, and the time left goes by the pace of this session alone', () => {
    const begun = trainingAfter(noTraining, started);
    expect(begun.done).toBe(2);
    expect(trainingTimeLeft(begun, 60_000)).toBeNull();
    const half = trainingAfter(begun, { type: 'trainingProgress', epoch: 2, step: 5, steps: 10, at: 6000 });
    expect(half.done).toBe(2.5);
    // Half an epoch in five seconds, and seven and a half are left.
    expect(trainingTimeLeft(half, 6000)).toBe(75_000);
  });

  it('says nothing of the time left in the first moments, nor before the beginning', () => {
    const quick = trainingAfter(trainingAfter(noTraining, started), {
      type: 'trainingProgress',
      epoch: 2,
      step: 1,
      steps: 1000,
      at: 1500,
    });
    expect(trainingTimeLeft(quick, 1500)).toBeNull();
    expect(trainingTimeLeft(noTraining, 1500)).toBeNull();
  });
});

import { expect, it } from 'vitest';
import { findPreset } from '../config/presets';
import { noRunState, runState } from './run-state';
import { paceOf, partDone, timeLeft } from './progress';
import type { RunEvent } from './run-event';
import type { EpochRecord } from '../tasks/data-kinds';
import type { Trial } from './trial';

const trial = (number: number, changes: Partial<Trial>): Trial => ({
  number,
  state: 'completed',
  replica: 0,
  depth: 1,
  decisions: [],
  logProbabilities: [],
  architectureHash: String(number),
  parameters: 1,
  multiplyAdds: 1,
  reward: 0.1,
  measure: 0.5,
  failure: null,
  reusedFrom: null,
  retries: 0,
  batchSize: null,
  endedBy: null,
  startedAt: 0,
  endedAt: 1,
  ...changes,
});
const record: EpochRecord = {
  kind: 'images',
  epoch: 1,
  trainLoss: 1,
  trainAccuracy: 0,
  validationLoss: 1,
  validationAccuracy: 0,
  learningRate: 1,
  seconds: 1,
};
const failure = { reason: 'diverged', message: '' } as const;
const events: RunEvent[] = [
  { type: 'runStarted', runId: 'a', folder: '/a', resumed: true, at: 100 },
  { type: 'trialStarted', trial: 4, trainer: 1, at: 110 },
  { type: 'trialStarted', trial: 5, trainer: 2, at: 110 },
  { type: 'trialProgress', trial: 4, trainer: 1, epoch: 0, step: 3, steps: 6, at: 120 },
  { type: 'epochEnded', trial: 5, trainer: 2, record, at: 130 },
  { type: 'trialCompleted', trial: trial(6, { reward: 0.3 }), at: 140 },
  { type: 'trialReused', trial: trial(7, { state: 'reused', reward: 0.9 }), at: 150 },
  { type: 'trialFailed', trial: trial(8, { state: 'failed', reward: 0, failure }), ...failure, at: 160 },
];

it('follows a search by its events, on top of what earlier sessions left', () => {
  const progress = events.reduce(runState, {
    ...noRunState,
    ended: 3,
    failed: 1,
    best: trial(2, { reward: 0.2 }),
  });
  expect(progress).toMatchObject({ ended: 6, failed: 2, endedAt: [140, 150, 160], best: { number: 6 } });
  const parts = [...progress.trainers.values()].map((child) => [child.trial, partDone(child, 4)]);
  expect(parts).toEqual([
    [4, 0.125],
    [5, 0.5],
  ]);
  const done = runState(progress, { type: 'trialCompleted', trial: trial(4, {}), at: 170 });
  expect([...done.trainers.keys()]).toEqual([2]);
  expect(done.best?.number).toBe(6);
});

const unused = { activeBefore: 0, multiplyAdds: null };

it('reckons with as many children as the multiply-adds that are left are enough for', () => {
  const progress = { ...noRunState, ended: 8 };
  const remaining = (children: number | null, spent: number) =>
    paceOf(
      progress,
      { budget: { children, hours: null, multiplyAdds: 1000 } },
      { activeBefore: 0, multiplyAdds: spent },
      () => 4,
      0,
    ).remaining;
  expect(remaining(null, 200)).toBe(32);
  expect(remaining(12, 200)).toBe(4);
  expect(remaining(null, 0)).toBeNull();
});

it('passes the remaining children and hours to the estimate of the time left', () => {
  const config = findPreset('demo').config;
  const progress = events.reduce(runState, noRunState);
  const pace = paceOf(
    progress,
    { ...config, budget: { children: 10, hours: 2, multiplyAdds: null } },
    { activeBefore: 3_600_000, multiplyAdds: null },
    () => 4,
    200,
  );
  expect(pace).toEqual({
    now: 200,
    startedAt: 100,
    endedAt: [140, 150, 160],
    underWay: [0.125, 0.5],
    restored: 0,
    ownLeft: [null, null],
    remaining: 7,
    until: 100 + 3_600_000,
  });
});

it('leaves pauses out of the pace, and takes a child that is trained again out of those that have ended', () => {
  const demo = findPreset('demo').config;
  const config = { ...demo, budget: { children: null, hours: 1, multiplyAdds: null } };
  const before = events.reduce(runState, noRunState);
  const paused = runState(before, { type: 'runPaused', at: 200 });
  expect(paceOf(paused, config, unused, () => 4, 9_000)).toEqual(
    paceOf(before, config, unused, () => 4, 200),
  );
  const after = runState(paused, { type: 'runContinued', at: 1200 });
  expect(after).toMatchObject({ startedAt: 1100, endedAt: [1140, 1150, 1160], pausedAt: null });
  expect(paceOf(after, config, unused, () => 4, 1250).until).toBe(1100 + 3_600_000);
  const retried = runState(after, {
    type: 'trialRetried',
    trial: trial(8, { state: 'proposed', reward: null }),
    at: 1300,
  });
  expect(retried).toMatchObject({ ended: after.ended - 1, failed: after.failed - 1 });
});

it('knows the last children by their own pace, and leaves out what they resumed from', () => {
  const at = (time: number, event: object) => ({ ...event, trial: 1, trainer: 1, at: time }) as RunEvent;
  const state = [
    { type: 'runStarted', runId: 'r', folder: '/r', resumed: true, at: 0 } as RunEvent,
    at(1000, { type: 'trialStarted' }),
    at(1000, { type: 'trialRestored', epochs: [{}, {}], startedAt: 0 }),
    at(6000, { type: 'trialProgress', epoch: 2, step: 5, steps: 10 }),
  ].reduce(runState, noRunState);
  const config = { budget: { children: 1, hours: null, multiplyAdds: null } };
  const pace = paceOf(state, config, unused, () => 10, 6000);
  // Half an epoch in five seconds, and seven and a half are left.
  expect(pace.ownLeft[0]).toBeCloseTo(75_000);
  expect(timeLeft(pace)).toEqual({ milliseconds: pace.ownLeft[0], uncertainty: 0 });
  // Less than two seconds are no more than a guess.
  expect(paceOf(state, config, unused, () => 10, 2500).ownLeft).toEqual([null]);
});

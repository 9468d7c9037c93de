import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { presets } from '../../src-shared/config/presets';
import type { ImageSearchConfig } from '../../src-shared/config/search-config';
import { validationMetric } from '../../src-shared/run/metric';
import type { RunEvent } from '../../src-shared/run/run-event';
import type { Trial } from '../../src-shared/run/trial';
import { decisionText } from '../../src-shared/search-space';
import { paperController, syntheticReward, syntheticSearch } from '../testing/synthetic-strategy';
import { openRun, type WritableRun } from '../runs/run-folder';
import { readBatchOf, readUpdates } from '../runs/tables/batches';
import { readEpochs } from '../runs/tables/epochs';
import { readSessions } from '../runs/tables/sessions';
import { countTrials, readTrial, readTrials } from '../runs/tables/trials';
import { cpuTrainers } from '../testing/cpu-trainers';
import { courseOf, demo, newRun as createTestRun, searchOf } from '../testing/search-fixture';
import { epochOf, type SyntheticChildren } from '../testing/synthetic-pool';
import { temporaryFolder } from '../testing/temporary-folder';
import { runSearch } from './search';

let runs: string;
let opened: WritableRun[] = [];
beforeEach(() => {
  runs = temporaryFolder('cellsmith-search-');
});
afterEach(() => {
  for (const run of opened) run.close();
  opened = [];
  rmSync(runs, { recursive: true });
});

const newRun = (changes: Partial<ImageSearchConfig> = {}): WritableRun => {
  const run = createTestRun(runs, changes);
  opened.push(run);
  return run;
};
const reopen = (run: WritableRun): WritableRun => {
  run.close();
  const again = openRun(run.folder);
  opened.push(again);
  return again;
};

async function uninterrupted(changes: Partial<ImageSearchConfig> = {}, children: SyntheticChildren = {}) {
  const run = newRun(changes);
  await runSearch(searchOf(run, children).parts);
  return courseOf(run);
}

describe('a search', () => {
  it('proposes, trains and learns until its budget is used up, and stores all of it', async () => {
    const run = newRun();
    const { parts, events } = searchOf(run);
    expect(await runSearch(parts)).toBe('finished');
    const trials = readTrials(run.database);
    expect(trials.map((trial) => trial.number)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    for (const trial of trials) {
      expect(trial.logProbabilities.length).toBe(trial.decisions.length);
      expect(trial.reward).toBeCloseTo((trial.measure ?? NaN) ** demo.recipe.rewardExponent);
      if (trial.state === 'completed')
        expect(readEpochs(run.database, trial.number).length).toBe(demo.recipe.epochs);
    }
    const updates = readUpdates(run.database);
    expect(updates.flatMap((update) => update.trials)).toEqual(trials.map((trial) => trial.number));
    expect(updates[0]?.diagnostics).not.toHaveProperty('baseline');
    expect(readSessions(run.database)).toMatchObject([{ outcome: 'finished' }]);
    expect(events[0]).toMatchObject({ type: 'runStarted', resumed: false });
    expect(events.at(-1)).toMatchObject({ type: 'runEnded', outcome: 'finished', message: null });
    expect(events.filter((event) => event.type === 'controllerUpdated')).toHaveLength(6);
    expect(readdirSync(join(run.folder, 'controller'))).toHaveLength(1);
  });

  it('has the same result regardless of the order in which trainers end', async () => {
    const straight = await uninterrupted({ trainers: cpuTrainers(1) });
    for (const pace of [1, 2, 3]) expect(await uninterrupted({}, { pace })).toEqual(straight);
  });

  it('takes another course with another seed, and 0 is a seed', async () => {
    const courses = await Promise.all([0, 1, 2].map((seed) => uninterrupted({ seed })));
    expect(new Set(courses.map((course) => JSON.stringify(course.trials))).size).toBe(3);
    expect(await uninterrupted({ seed: 0 })).toEqual(courses[0]);
  });

  it('ends with a smaller batch when the budget is not a multiple of it', async () => {
    const { trials, updates } = await uninterrupted({
      budget: { children: 6, hours: null, multiplyAdds: null },
    });
    expect(trials).toHaveLength(6);
    expect(updates.map((update) => update.trials)).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  it('grows the networks by the schedule', async () => {
    const { trials } = await uninterrupted({
      space: { ...demo.space, schedule: { initialLayers: 2, growBy: 1, every: 10, maximumLayers: 3 } },
    });
    expect(trials.map((trial) => trial.depth)).toEqual(trials.map(({ number }) => (number <= 10 ? 2 : 3)));
  });

  it('makes, proposal by proposal, the decisions of the strategy alone on the same rewards', async () => {
    const controller = { ...paperController, learningRate: 0.006 };
    const run = newRun({
      seed: 3,
      controller,
      space: {
        ...presets.v1.config.space,
        schedule: { initialLayers: 6, growBy: 0, every: 1, maximumLayers: 6 },
      },
      budget: { children: 320, hours: null, multiplyAdds: null },
      recipe: { ...demo.recipe, epochs: 1, rewardEpochs: 1, rewardExponent: 1 },
      duplicates: 'retrain',
    });
    const { parts } = searchOf(run, {
      result: (job) => {
        const accuracy = syntheticReward(readTrial(run.database, job.trial)?.decisions ?? []);
        return { outcome: 'completed', stopped: false, epochs: [epochOf(0, accuracy)] };
      },
    });
    await runSearch(parts);
    const rewards = readTrials(run.database).map((trial) => trial.reward);
    expect(rewards).toEqual(syntheticSearch(controller, 3, 320));
  });

  it('runs replicas side by side, each learning from its own batches', async () => {
    const run = newRun({ controller: { ...demo.controller, replicas: 3 } });
    await runSearch(searchOf(run, { pace: 4 }).parts);
    const updates = readUpdates(run.database);
    expect(new Set(updates.map((update) => update.replica))).toEqual(new Set([0, 1, 2]));
    const byNumber = new Map(readTrials(run.database).map((trial) => [trial.number, trial]));
    for (const { replica, trials } of updates)
      for (const number of trials) expect(byNumber.get(number)?.replica).toBe(replica);
  });
});

describe('a strategy with a lane for each trainer', () => {
  const evolution = { strategy: 'evolution', population: 6, sampleSize: 3 } as const;

  it('keeps all trainers busy, and reports every child once', async () => {
    const run = newRun({ controller: evolution });
    await runSearch(searchOf(run, { pace: 4 }).parts);
    const updates = readUpdates(run.database);
    expect(updates.map(({ trials }) => trials.length)).toEqual(Array(24).fill(1));
    expect(new Set(updates.flatMap(({ trials }) => trials)).size).toBe(24);
    expect(new Set(updates.map(({ replica }) => replica))).toEqual(new Set([0, 1, 2]));
    expect(updates.at(-1)?.diagnostics['population.size']).toBe(6);
  });

  it('ends when the strategy has nothing left to propose, regardless of the remaining budget', async () => {
    const earlier = newRun();
    await runSearch(searchOf(earlier).parts);
    const given = readTrials(earlier.database).slice(0, 5);
    const run = newRun({ controller: { strategy: 'fixed', architectures: given.map(decisionText) } });
    expect(await runSearch(searchOf(run).parts)).toBe('finished');
    expect(readTrials(run.database).map(({ architectureHash }) => architectureHash)).toEqual(
      given.map(({ architectureHash }) => architectureHash),
    );
    expect(readUpdates(run.database)).toHaveLength(5);
    // Nothing is left to resume.
    expect(await runSearch(searchOf(reopen(run)).parts)).toBe('finished');
  });
});

describe('replicas', () => {
  const controller = { ...demo.controller, replicas: 3, childrenPerUpdate: 2, accumulateGradients: 2 };

  it('that do not wait store the parameters that sampled each batch, and their staleness when it was learned from', async () => {
    const run = newRun({ controller });
    await runSearch(searchOf(run, { pace: 4 }).parts);
    const updates = readUpdates(run.database);
    expect(updates).toHaveLength(12);
    // Updates of the parameters before each: one for every second gradient.
    const ages = updates.map((_, before) => Math.floor(before / 2));
    for (const [index, { diagnostics, trials }] of updates.entries()) {
      const { sampledVersion, staleness } = diagnostics;
      expect((sampledVersion ?? NaN) + (staleness ?? NaN)).toBe(ages[index]);
      for (const trial of trials)
        expect(readBatchOf(run.database, trial)).toMatchObject({ parametersVersion: sampledVersion });
    }
    expect(Math.max(...updates.map(({ diagnostics }) => diagnostics['staleness'] ?? NaN))).toBeGreaterThan(0);
  });

  it('in step have the same result regardless of the order in which their children end, and learn in order', async () => {
    const inStep = { controller: { ...controller, mode: 'synchronous' as const } };
    const straight = await uninterrupted({
      ...inStep,
      trainers: cpuTrainers(1),
    });
    expect(straight.updates.map(({ replica }) => replica)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    for (const pace of [1, 2, 3, 4, 5]) expect(await uninterrupted(inStep, { pace })).toEqual(straight);
    // The same orders of ending take an asynchronous search to other places.
    const apart = await Promise.all([1, 2, 3, 4, 5].map((pace) => uninterrupted({ controller }, { pace })));
    expect(new Set(apart.map((course) => JSON.stringify(course))).size).toBeGreaterThan(1);
  });

  it('in step resume, when stopped anywhere in a round, to the uninterrupted result', async () => {
    const changes = {
      controller: { ...controller, mode: 'synchronous' as const },
      budget: { children: 16, hours: null, multiplyAdds: null },
    };
    const straight = await uninterrupted(changes);
    // The last round is cut short by the budget.
    expect(straight.updates.map(({ replica }) => replica)).toEqual([0, 1, 2, 0, 1, 2, 0, 1]);
    for (const stopAt of [1, 4, 7, 11, 16]) {
      let run = newRun(changes);
      const { parts, now } = searchOf(run, { pace: stopAt });
      const listener = (event: RunEvent): void => {
        if (event.type === 'trialCompleted' && event.trial.number === stopAt) now.abort();
      };
      await runSearch({ ...parts, listener });
      run = reopen(run);
      expect(await runSearch(searchOf(run, { pace: stopAt + 1 }).parts)).toBe('finished');
      expect(courseOf(run)).toEqual(straight);
    }
  });
});

describe('networks that the run has trained already', () => {
  const tiny: Partial<ImageSearchConfig> = {
    space: {
      ...demo.space,
      filterHeights: [1, 3],
      filterWidths: [1],
      filters: [6],
      schedule: { initialLayers: 2, growBy: 0, every: 1, maximumLayers: 2 },
    },
    budget: { children: 40, hours: null, multiplyAdds: null },
  };

  it('reuse their reward and cost nothing', async () => {
    const jobs: number[] = [];
    const { trials } = await uninterrupted(tiny, { onJob: (job) => jobs.push(job.trial), pace: 1 });
    const hashes = new Set(trials.map((trial) => trial.architectureHash));
    expect(jobs).toHaveLength(hashes.size);
    for (const trial of trials.filter((one) => one.state === 'reused')) {
      const source = trials.find((one) => one.number === trial.reusedFrom);
      expect(source).toMatchObject({ state: 'completed', reward: trial.reward });
      expect(source?.architectureHash).toBe(trial.architectureHash);
    }
  });

  it('are retried on request, each with a different seed', async () => {
    const seeds = new Set<number>();
    const { trials } = await uninterrupted(
      { ...tiny, duplicates: 'retrain' },
      { onJob: (job) => seeds.add(job.seed) },
    );
    expect(trials.every((trial) => trial.state === 'completed')).toBe(true);
    expect(seeds.size).toBe(40);
  });

  it('keep failures of their own, and are retrained after one of the machine', async () => {
    const failing = (reason: 'diverged' | 'crashed') =>
      uninterrupted(tiny, {
        result: (job) =>
          job.trial <= 4
            ? { outcome: 'failed', reason, message: 'so it was', epochs: [] }
            : { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] },
      });
    const firsts = (trials: readonly { architectureHash: string }[]) =>
      trials.slice(0, 4).map((one) => one.architectureHash);
    const lost = await failing('diverged');
    const again = lost.trials.filter(
      (one) => one.number > 4 && firsts(lost.trials).includes(one.architectureHash),
    );
    expect(again.length).toBeGreaterThan(0);
    for (const trial of again)
      expect(trial).toMatchObject({ state: 'failed', reward: 0, failure: { reason: 'diverged' } });
    const crashed = await failing('crashed');
    expect(crashed.trials.slice(4).every((trial) => trial.reward !== 0)).toBe(true);
  });
});

describe('failures', () => {
  it('are recorded with their reason and reward 0, and the search continues', async () => {
    const run = newRun();
    const { parts, events } = searchOf(run, {
      result: (job) =>
        job.trial % 3 === 0
          ? {
              outcome: 'failed',
              reason: 'outOfMemory',
              message: 'Not enough memory.',
              epochs: [epochOf(0, 0.9)],
            }
          : { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] },
    });
    expect(await runSearch(parts)).toBe('finished');
    const failed = readTrials(run.database).filter((trial) => trial.state === 'failed');
    expect(failed.length).toBeGreaterThan(4);
    for (const trial of failed)
      expect(trial).toMatchObject({
        reward: 0,
        failure: { reason: 'outOfMemory', message: 'Not enough memory.' },
      });
    expect(events.filter((event) => event.type === 'trialFailed')).toHaveLength(failed.length);
    const [first] = readUpdates(run.database);
    expect(first?.meanReward).toBeCloseTo((3 * 0.5 ** 3) / 4);
  });

  it.each([
    [null, 8],
    [3, 3],
  ])(
    'of all first children for one reason end the search (budget %s) with that reason',
    async (children, after) => {
      const run = newRun({ budget: { children, hours: null, multiplyAdds: null } });
      const { parts, events } = searchOf(run, {
        result: () => ({
          outcome: 'failed',
          reason: 'outOfMemory',
          message: 'Not enough memory.',
          epochs: [],
        }),
      });
      await expect(runSearch(parts)).rejects.toMatchObject({
        code: 'child.out-of-memory',
        message: expect.stringMatching(`All ${after} children.*Not enough memory`) as string,
      });
      expect(countTrials(run.database).failed).toBe(after);
      expect(events.at(-1)).toMatchObject({ type: 'runEnded', outcome: 'failed' });
      expect(readSessions(run.database)).toMatchObject([{ outcome: 'failed' }]);
    },
  );

  it('of the machine in the middle of a search end it too', async () => {
    const run = newRun({ budget: { children: null, hours: null, multiplyAdds: null } });
    const { parts } = searchOf(run, {
      result: (job) =>
        job.trial > 10
          ? { outcome: 'failed', reason: 'crashed', message: 'The device is gone.', epochs: [] }
          : { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] },
    });
    await expect(runSearch(parts)).rejects.toMatchObject({ code: 'child.crashed' });
    // Others were in training when the sixteenth failed.
    expect(countTrials(run.database).failed).toBeLessThan(16 + 3);
  });

  it('of all trainers end the search, which can be resumed', async () => {
    const run = newRun();
    const broken = new Error('no trainer can be started');
    const { parts } = searchOf(run, {
      result: (job) => {
        if (job.trial > 6) throw broken;
        return { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] };
      },
    });
    await expect(runSearch(parts)).rejects.toBe(broken);
    expect(readSessions(run.database)).toMatchObject([{ outcome: 'failed', message: broken.message }]);
    const again = reopen(run);
    expect(await runSearch(searchOf(again).parts)).toBe('finished');
  });
});

describe('stopping', () => {
  const stopAt = async (run: WritableRun, how: 'afterEpoch' | 'now', trial: number, pace: number) => {
    const { parts, afterEpoch, now, events } = searchOf(run, { pace });
    const listener = (event: RunEvent): void => {
      events.push(event);
      if (event.type === 'epochEnded' && event.trial === trial) (how === 'now' ? now : afterEpoch).abort();
    };
    return runSearch({ ...parts, listener });
  };

  it.each(['afterEpoch', 'now'] as const)(
    '%s and resuming gives the course of an uninterrupted search',
    async (how) => {
      const straight = await uninterrupted();
      for (const [index, trial] of [1, 6, 11].entries()) {
        let run = newRun();
        expect(await stopAt(run, how, trial, index + 1)).toBe('stopped');
        const stopped = readTrials(run.database);
        expect(stopped.filter((one) => one.state === 'running')).toEqual([]);
        run = reopen(run);
        const { parts, events } = searchOf(run, { pace: index + 7 });
        expect(await runSearch(parts)).toBe('finished');
        expect(events[0]).toMatchObject({ type: 'runStarted', resumed: true });
        expect(courseOf(run)).toEqual(straight);
      }
    },
  );

  it('after an epoch keeps the epochs of the children', async () => {
    const run = newRun();
    await stopAt(run, 'afterEpoch', 1, 1);
    const interrupted = readTrials(run.database).filter((trial) => trial.state === 'interrupted');
    expect(interrupted.length).toBeGreaterThan(0);
    for (const trial of interrupted) {
      const epochs = readEpochs(run.database, trial.number);
      expect(trial.reward).toBeNull();
      expect(trial.measure).toBe(epochs[0] === undefined ? null : validationMetric(epochs[0]));
    }
  });

  it('happens by itself when the hours are used up, counted over all sessions; children in training are completed', async () => {
    let now = 0;
    const clock = (): number => now;
    const hour: Partial<ImageSearchConfig> = { budget: { children: null, hours: 1, multiplyAdds: null } };
    const minutes = (run: WritableRun, each: number) =>
      searchOf(run, { onJob: () => (now += each * 60_000) }, { clock }).parts;
    let run = newRun({ ...hour, trainers: cpuTrainers(1) });
    const first = { ...minutes(run, 7), stop: { afterEpoch: AbortSignal.abort(), now: AbortSignal.abort() } };
    expect(await runSearch(first)).toBe('stopped');
    expect(await runSearch(minutes(run, 7))).toBe('finished');
    const trained = (): Trial[] => readTrials(run.database).filter((trial) => trial.state === 'completed');
    // The ninth begins after 56 minutes and ends after 63.
    expect(trained()).toHaveLength(9);
    now += 100 * 3_600_000;
    run = reopen(run);
    expect(await runSearch(minutes(run, 7))).toBe('finished');
    expect(trained()).toHaveLength(9);
  });
});

describe('weights', () => {
  it('are kept of the best alone', async () => {
    const run = newRun({ keepBest: 2 });
    const { parts } = searchOf(run, {
      onJob: (job) => {
        if (job.weights !== null) writeFileSync(job.weights, 'weights');
      },
    });
    await runSearch(parts);
    const best = readTrials(run.database)
      .filter((trial) => trial.state === 'completed')
      .sort((a, b) => (b.reward ?? 0) - (a.reward ?? 0) || a.number - b.number)
      .slice(0, 2);
    expect(readdirSync(join(run.folder, 'children'))).toEqual(
      best.map((trial) => `${String(trial.number).padStart(6, '0')}.safetensors`).sort(),
    );
  });
});

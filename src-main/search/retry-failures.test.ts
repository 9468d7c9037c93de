import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { givenConfig } from '../../src-shared/given/subject';
import type { FailureReason } from '../../src-shared/run/trial';
import { childCheckpointPath } from '../runs/child-files';
import { createRun, openRun, type WritableRun } from '../runs/run-folder';
import { readTrial, readTrials } from '../runs/tables/trials';
import { readUpdates } from '../runs/tables/batches';
import { cpuTrainers } from '../testing/cpu-trainers';
import { tinyArchitecture } from '../testing/data/tiny-images';
import { runDescription } from '../testing/run-description';
import { demo, newRun, searchOf } from '../testing/search-fixture';
import { epochOf } from '../testing/synthetic-pool';
import { temporaryFolder } from '../testing/temporary-folder';
import type { ChildResult } from '../../src-shared/run/child-event';
import type { TrialJob } from '../workers/protocol';
import { runSearch } from './search';

let runs: string;
let run: WritableRun;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-repetition-');
});
afterEach(() => {
  run.close();
  rmSync(runs, { recursive: true });
});

/** A search in which child 2 fails the given number of times; returns the jobs and events of that child. */
async function searchWithFailures(
  reason: FailureReason,
  times: number,
  trainers: Parameters<typeof cpuTrainers>[1],
) {
  run = newRun(runs, {
    budget: { children: 8, hours: null, multiplyAdds: null },
    trainers: cpuTrainers(2, trainers),
  });
  const jobs: TrialJob[] = [];
  const result = (job: TrialJob): ChildResult => {
    if (job.trial === 2 && jobs.push(job) <= times)
      return { outcome: 'failed', reason, message: 'So it was.', epochs: [] };
    return { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] };
  };
  const { parts, events } = searchOf(run, { result });
  expect(await runSearch(parts)).toBe('finished');
  const ofChild = events.filter(
    (event) => 'trial' in event && typeof event.trial !== 'number' && event.trial.number === 2,
  );
  return { jobs, types: ofChild.map(({ type }) => type), trial: readTrial(run.database, 2) };
}

describe('a child whose trainer is lost', () => {
  it.each(['crashed', 'silent'] as const)('(%s) is retried, as the same job', async (reason) => {
    const { jobs, types, trial } = await searchWithFailures(reason, 2, { retries: 2 });
    expect(jobs).toHaveLength(3);
    expect(new Set(jobs.map((job) => JSON.stringify(job))).size).toBe(1);
    expect(types).toEqual(['trialProposed', 'trialRepeated', 'trialRepeated', 'trialCompleted']);
    expect(trial).toMatchObject({ state: 'completed', retries: 2, failure: null, batchSize: null });
    expect(readUpdates(run.database)[0]?.meanReward).toBeCloseTo(0.5 ** 3);
  });

  it('more often than allowed has failed', async () => {
    const { jobs, types, trial } = await searchWithFailures('silent', 9, { retries: 2 });
    expect(jobs).toHaveLength(3);
    expect(types.at(-1)).toBe('trialFailed');
    expect(trial).toMatchObject({ state: 'failed', retries: 2, reward: 0, failure: { reason: 'silent' } });
  });
});

describe('a child whose trainer is lost while the search is being stopped', () => {
  it('has not failed: the next session trains it', async () => {
    run = newRun(runs, {
      budget: { children: 8, hours: null, multiplyAdds: null },
      trainers: cpuTrainers(1, { retries: 2 }),
    });
    const { parts, afterEpoch } = searchOf(run, {
      result: () => {
        afterEpoch.abort();
        return { outcome: 'failed', reason: 'crashed', message: 'So it was.', epochs: [] };
      },
    });
    expect(await runSearch(parts)).toBe('stopped');
    expect(readTrial(run.database, 1)).toMatchObject({ state: 'interrupted', retries: 0, reward: null });
    expect(await runSearch(searchOf(run).parts)).toBe('finished');
    expect(readTrial(run.database, 1)).toMatchObject({ state: 'completed' });
  });
});

describe('a child that runs out of memory', () => {
  it('is retried once at half the batch size where that is allowed, as its trial records', async () => {
    const { jobs, trial } = await searchWithFailures('outOfMemory', 1, { smallerBatch: true });
    const { batchSize } = demo.recipe;
    expect(jobs.map(({ child }) => child.recipe.batchSize)).toEqual([batchSize, batchSize / 2]);
    expect(trial).toMatchObject({ state: 'completed', retries: 1, batchSize: batchSize / 2 });
    const twins = readTrials(run.database).filter(({ reusedFrom }) => reusedFrom === 2);
    expect(twins.every((twin) => twin.batchSize === batchSize / 2)).toBe(true);
  });

  it('again, or where that is not allowed, has failed', async () => {
    const twice = await searchWithFailures('outOfMemory', 2, { smallerBatch: true });
    expect(twice.jobs).toHaveLength(2);
    expect(twice.trial).toMatchObject({ state: 'failed', failure: { reason: 'outOfMemory' } });
    run.close();
    const without = await searchWithFailures('outOfMemory', 1, { retries: 5 });
    expect(without.jobs).toHaveLength(1);
    expect(without.trial).toMatchObject({ state: 'failed', batchSize: null });
  });
});

describe('a child that diverges', () => {
  it('is never retried automatically', async () => {
    const { jobs } = await searchWithFailures('diverged', 1, { retries: 5, smallerBatch: true });
    expect(jobs).toHaveLength(1);
  });
});

describe('the checkpoint of a child that fails', () => {
  const failing = ({ trial }: TrialJob): ChildResult => {
    writeFileSync(childCheckpointPath(run.folder, trial), 'epochs');
    return { outcome: 'failed', reason: 'error', message: 'So it was.', epochs: [] };
  };

  it('is removed in a search', async () => {
    run = newRun(runs, {
      budget: { children: 1, hours: null, multiplyAdds: null },
      trainers: cpuTrainers(1),
    });
    await runSearch(searchOf(run, { result: failing }).parts).catch(() => undefined);
    expect(readTrial(run.database, 1)?.state).toBe('failed');
    expect(existsSync(childCheckpointPath(run.folder, 1))).toBe(false);
  });

  it('is kept for a given child, and is there when it is retried', async () => {
    const subject = { name: 'tiny', architecture: tinyArchitecture, base: demo, origin: null };
    const config = givenConfig([{ subject, recipe: demo.recipe }], { seed: 1, threads: 1 });
    run = createRun({ within: runs }, { ...runDescription(), config });
    await runSearch(searchOf(run, { result: failing }).parts).catch(() => undefined);
    expect(readTrial(run.database, 1)?.state).toBe('failed');
    run.close();
    run = openRun(run.folder);
    const found: boolean[] = [];
    const result = ({ trial }: TrialJob): ChildResult => {
      found.push(existsSync(childCheckpointPath(run.folder, trial)));
      return { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] };
    };
    const { parts } = searchOf(run, { result }, { onBegin: (control) => control.retry(null) });
    expect(await runSearch(parts)).toBe('finished');
    expect([found, readTrial(run.database, 1)?.state]).toEqual([[true], 'completed']);
    expect(existsSync(childCheckpointPath(run.folder, 1))).toBe(false);
  });
});

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ImageSearchConfig } from '../../src-shared/config/search-config';
import { outcomeOf } from '../../src-shared/run/metric';
import type { RunEvent } from '../../src-shared/run/run-event';
import { openRun, openRunReadOnly, type WritableRun } from '../runs/run-folder';
import { summariseRun } from '../runs/summarise-run';
import { readEpochs } from '../runs/tables/epochs';
import { activeTime, readSessions } from '../runs/tables/sessions';
import { readTrial, readTrials } from '../runs/tables/trials';
import { readUpdates } from '../runs/tables/batches';
import { cpuTrainers } from '../testing/cpu-trainers';
import { courseOf, demo, newRun as createTestRun, searchOf } from '../testing/search-fixture';
import { epochOf, type SyntheticChildren } from '../testing/synthetic-pool';
import { temporaryFolder } from '../testing/temporary-folder';
import { untilStill } from '../testing/until-still';
import type { ChildResult } from '../../src-shared/run/child-event';
import { runSearch } from './search';
import type { SearchControl, SearchParts } from './search-state';

let runs: string;
let opened: WritableRun[] = [];
beforeEach(() => {
  runs = temporaryFolder('cellsmith-lifecycle-');
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
const reopen = (folder: string): WritableRun => {
  const run = openRun(folder);
  opened.push(run);
  return run;
};

/** Starts a search; `onEvent` receives every event together with the search's controls. */
function start(
  run: WritableRun,
  children: SyntheticChildren = {},
  onEvent: (event: RunEvent, control: SearchControl) => void = () => undefined,
  changes: Partial<SearchParts> = {},
) {
  const { parts, events, now, afterEpoch } = searchOf(run, children);
  let control: SearchControl | undefined;
  const hands = (): SearchControl => {
    if (control === undefined) throw new Error('the search has not begun');
    return control;
  };
  const listener = (event: RunEvent): void => {
    events.push(event);
    if (control !== undefined) onEvent(event, control);
  };
  const outcome = runSearch({ ...parts, listener, onBegin: (given) => void (control = given), ...changes });
  return { outcome, control: hands, events, now, afterEpoch };
}

const isEpoch = (event: RunEvent, trial: number, epoch: number): boolean =>
  event.type === 'epochEnded' && event.trial === trial && event.record.epoch === epoch;

/** Waits until all children of a paused search are held. */
async function untilHeld(events: readonly RunEvent[]): Promise<void> {
  await vi.waitUntil(() => events.some(({ type }) => type === 'runPaused'), { timeout: 30_000 });
  await untilStill(() => events.length, 100);
}

describe('a pause', () => {
  it('holds the children, and the search then takes the course of an uninterrupted one', async () => {
    const undisturbed = newRun();
    await start(undisturbed).outcome;
    const run = newRun();
    const search = start(run, { pace: 3 }, (event, control) => {
      if (isEpoch(event, 6, 2)) control.pause();
    });
    await untilHeld(search.events);
    const other = openRunReadOnly(run.folder);
    expect(summariseRun(other).state).toBe('paused');
    other.close();
    search.control().pause();
    search.control().resume();
    search.control().resume();
    expect(await search.outcome).toBe('finished');
    expect(search.events.filter(({ type }) => /runPaused|runContinued/.test(type))).toHaveLength(2);
    expect(courseOf(run)).toEqual(courseOf(undisturbed));
  });

  it('does not count towards the hours, nor towards the active time of the run', async () => {
    let now = 0;
    const minute = 60_000;
    const run = newRun({
      budget: { children: null, hours: 1, multiplyAdds: null },
      trainers: cpuTrainers(1),
    });
    const search = start(
      run,
      { onJob: () => (now += 7 * minute) },
      (event, control) => {
        if (!isEpoch(event, 3, 0)) return;
        control.pause();
        now += 100 * 60 * minute;
        control.resume();
      },
      { clock: () => now },
    );
    expect(await search.outcome).toBe('finished');
    // The ninth begins after 56 minutes and ends after 63, with or without a pause.
    expect(readTrials(run.database).filter(({ state }) => state === 'completed')).toHaveLength(9);
    expect(activeTime(run.database, 2)).toBe(63 * minute);
    expect(readSessions(run.database)).toMatchObject([{ paused: 6000 * minute, pausedAt: null }]);
  });

  it('in which the search is killed leaves an interrupted run that resumes as if uninterrupted', async () => {
    const undisturbed = newRun();
    await start(undisturbed).outcome;
    const run = newRun();
    let now = 1000;
    const search = start(
      run,
      { pace: 2 },
      (event, control) => {
        now += 1;
        if (isEpoch(event, 9, 1)) control.pause();
      },
      { clock: () => now },
    );
    await untilHeld(search.events);
    const killed = join(runs, 'killed');
    cpSync(run.folder, killed, { recursive: true });
    rmSync(join(killed, 'run.lock'));
    const pausedAt = readSessions(run.database)[0]?.pausedAt ?? 0;
    now += 1_000_000;
    search.now.abort();
    expect(await search.outcome).toBe('stopped');
    expect(readSessions(run.database)).toMatchObject([{ pausedAt: null, outcome: 'stopped' }]);

    const again = reopen(killed);
    const read = openRunReadOnly(killed);
    read.close();
    expect(activeTime(again.database, 2)).toBe(pausedAt - 1000);
    expect(await start(again).outcome).toBe('finished');
    expect(courseOf(again)).toEqual(courseOf(undisturbed));
  });

  it.each(['now', 'afterEpoch'] as const)('ends when the search is stopped %s', async (how) => {
    const run = newRun();
    const search = start(run, { pace: 5 }, (event, control) => {
      if (isEpoch(event, 2, 0)) control.pause();
    });
    await untilHeld(search.events);
    search[how].abort();
    expect(await search.outcome).toBe('stopped');
    expect(summariseRun(openedReadOnly(run)).state).toBe('running');
  });
});

/** The lock of this process is on it. */
function openedReadOnly(run: WritableRun) {
  const read = openRunReadOnly(run.folder);
  read.close();
  return run;
}

describe('ending one child', () => {
  it('after at least one epoch keeps its epochs and its reward; the others continue', async () => {
    const run = newRun({ keepBest: 0 });
    const search = start(run, { pace: 1 }, (event, control) => {
      if (isEpoch(event, 5, 2)) control.stopChild(5);
    });
    expect(await search.outcome).toBe('finished');
    const trial = readTrial(run.database, 5);
    const epochs = readEpochs(run.database, 5);
    expect(epochs).toHaveLength(3);
    expect(trial).toMatchObject({
      state: 'completed',
      endedBy: 'user',
      reward: outcomeOf(epochs, demo.recipe).reward,
    });
    const others = readTrials(run.database).filter(({ number }) => number !== 5);
    expect(others.every(({ endedBy, state }) => endedBy === null && state !== 'failed')).toBe(true);
    // Its result is not reused for a duplicate as if it had been trained to the end.
    expect(others.some(({ reusedFrom }) => reusedFrom === 5)).toBe(false);
  });

  it('before its first epoch fails it, with a reason that ends no search', async () => {
    const run = newRun({ budget: { children: 12, hours: null, multiplyAdds: null } });
    const search = start(run, { pace: 1 }, (event, control) => {
      if (event.type === 'trialProgress' && event.epoch === 0 && event.trial <= 9)
        control.stopChild(event.trial);
    });
    expect(await search.outcome).toBe('finished');
    const stopped = readTrials(run.database).filter(({ failure }) => failure?.reason === 'stopped');
    expect(stopped.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(stopped.every(({ state, reward: given }) => state === 'failed' && given === 0)).toBe(true);
  });

  it('that is not in training is an error', async () => {
    const run = newRun();
    const search = start(run, {}, (event, control) => {
      if (event.type === 'trialCompleted' && event.trial.number === 1)
        expect(() => control.stopChild(1)).toThrow(/Child 1 is not in training/);
    });
    await search.outcome;
  });
});

describe('failed children that are retried', () => {
  const failing = (numbers: readonly number[], reason: 'crashed' | 'diverged' = 'crashed') => {
    const seeds = new Map<number, number[]>();
    const result = (job: { trial: number; seed: number }): ChildResult => {
      const earlier = seeds.get(job.trial) ?? [];
      seeds.set(job.trial, [...earlier, job.seed]);
      return numbers.includes(job.trial) && earlier.length === 0
        ? { outcome: 'failed', reason, message: 'so it was', epochs: [] }
        : { outcome: 'completed', stopped: false, epochs: [epochOf(0, 0.5)] };
    };
    return { result, seeds };
  };

  it('in a finished run store their results, and do not change the controller', async () => {
    const run = newRun();
    const { result, seeds } = failing([3, 10]);
    await start(run, { result }).outcome;
    const before = courseOf(run);
    expect(before.trials.filter(({ state }) => state === 'failed').map(({ number }) => number)).toEqual([
      3, 10,
    ]);
    const again = start(run, { result }, undefined, {
      onBegin: (control) => expect(control.retry(null)).toEqual([3, 10]),
    });
    expect(await again.outcome).toBe('finished');
    const after = courseOf(run);
    expect(after.controller).toBe(before.controller);
    expect(after.updates).toEqual(before.updates);
    expect(after.trials.filter(({ retries }) => retries > 0)).toMatchObject([
      { number: 3, state: 'completed', retries: 1, failure: null, reward: 0.125 },
      { number: 10, state: 'completed', retries: 1, failure: null, reward: 0.125 },
    ]);
    for (const number of [3, 10]) expect(new Set(seeds.get(number)).size).toBe(1);
    expect(summariseRun(run).children).toMatchObject({ ended: 24, failed: 0 });
  });

  it('in an open batch are learned from once, with their new reward', async () => {
    const run = newRun({ trainers: cpuTrainers(4) });
    const { result } = failing([1]);
    let hold: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (hold = resolve));
    const search = start(
      run,
      {
        result: async (job) => {
          if (job.trial === 2) await held;
          return result(job);
        },
      },
      (event, control) => {
        if (event.type !== 'trialFailed') return;
        expect(control.retry([1])).toEqual([1]);
        hold?.();
      },
    );
    expect(await search.outcome).toBe('finished');
    const [first] = readUpdates(run.database);
    expect(first).toMatchObject({ trials: [1, 2, 3, 4], meanReward: 0.125 });
    expect(readUpdates(run.database)).toHaveLength(6);
  });

  it('are trained by the next session when the search is stopped or killed first', async () => {
    const run = newRun();
    const { result } = failing([3, 10]);
    await start(run, { result }).outcome;
    const before = courseOf(run);
    const now = new AbortController();
    const stopped = start(run, { result }, undefined, {
      stop: { afterEpoch: new AbortController().signal, now: now.signal },
      onBegin: (control) => {
        control.retry([3, 10]);
        now.abort();
      },
    });
    expect(await stopped.outcome).toBe('stopped');
    expect(await start(run, { result }).outcome).toBe('finished');
    const after = courseOf(run);
    expect(after.trials.every(({ state }) => state !== 'failed')).toBe(true);
    expect(after.updates).toEqual(before.updates);
  });

  it('are by default those whose failure may be the machine’s; others by number', async () => {
    const run = newRun();
    const { result } = failing([4], 'diverged');
    await start(run, { result }).outcome;
    const again = start(run, { result }, undefined, {
      onBegin: (control) => {
        expect(control.retry(null)).toEqual([]);
        expect(() => control.retry([5])).toThrow(/Child 5 has not failed/);
        expect(() => control.retry([99])).toThrow(/no child 99/);
        expect(control.retry([4])).toEqual([4]);
      },
    });
    expect(await again.outcome).toBe('finished');
    expect(readTrial(run.database, 4)).toMatchObject({ state: 'completed', retries: 1 });
  });
});

describe('a budget that is extended while the search runs', () => {
  it('gives the course of a search that had it from the beginning, also when the old budget was used up', async () => {
    const longer = newRun({ budget: { children: 32, hours: null, multiplyAdds: null } });
    await start(longer).outcome;
    for (const at of [3, 24]) {
      const run = newRun({ trainers: cpuTrainers(1) });
      const search = start(run, {}, (event, control) => {
        if (!isEpoch(event, at, 0)) return;
        expect(
          control.extend({ children: 32, hours: null, multiplyAdds: null }).manifest.config.budget.children,
        ).toBe(32);
      });
      expect(await search.outcome).toBe('finished');
      expect(courseOf(run)).toEqual(courseOf(longer));
      run.close();
      expect(reopen(run.folder).manifest.config.budget.children).toBe(32);
    }
  });
});

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src-shared/run/run-event';
import { runState, stateOfTables, type RunState } from '../../src-shared/run/run-state';
import type { RunTables } from '../../src-shared/run/run-tables';
import { earlierState, summariseRun } from '../runs/summarise-run';
import { readRunNews } from '../runs/follow-run';
import { openRun, type OpenRun, type WritableRun } from '../runs/run-folder';
import { openDatabaseReadOnly, type Database } from '../runs/sqlite/database';
import { readEpochs, insertEvaluation, readEvaluations } from '../runs/tables/epochs';
import { lastEventId, readEventsAfter, readRunEvents, storeEvent } from '../runs/tables/events';
import { readListedTrials } from '../runs/tables/trials';
import { readUpdates } from '../runs/tables/batches';
import { cpuTrainers } from '../testing/cpu-trainers';
import { demo, newRun, searchOf } from '../testing/search-fixture';
import { epochOf } from '../testing/synthetic-pool';
import { temporaryFolder } from '../testing/temporary-folder';
import type { TrainerPool } from '../workers/trainer-pool';
import { runSearch } from './search';

let runs: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-state-');
});
afterEach(() => rmSync(runs, { recursive: true }));

const empty: RunTables = { trials: [], updates: [], evaluations: [], epochs: new Map() };

function tablesOf({ database }: OpenRun): RunTables {
  const trials = readListedTrials(database);
  return {
    trials,
    updates: readUpdates(database),
    evaluations: readEvaluations(database),
    epochs: new Map(trials.map(({ number }) => [number, readEpochs(database, number)])),
  };
}

/** Compares what events have made with what the tables of the run say. */
function expectTables(state: RunState, run: OpenRun): void {
  const stored = tablesOf(run);
  const { trials, updates, epochs } = state.tables ?? empty;
  expect(trials).toHaveLength(stored.trials.length);
  // Events carry whole trials, lists leave the log-probabilities out.
  expect(trials).toMatchObject(stored.trials);
  expect(updates).toEqual(stored.updates);
  for (const [trial, records] of stored.epochs) expect(epochs.get(trial) ?? []).toEqual(records);
  const { ended, failed, best } = earlierState(run);
  expect(state).toMatchObject({ ended, failed, best: best && { number: best.number } });
}

/** Some children fail, some lose their trainer once, and some resume from an epoch that was kept. */
function unreliable(pool: TrainerPool, seed: number): TrainerPool {
  const lost = new Set<number>();
  return {
    ...pool,
    get size() {
      return pool.size;
    },
    run: (job, listener) => {
      const kind = (job.trial + seed) % 5;
      if (kind > 2 || lost.has(job.trial)) return pool.run(job, listener);
      const epochs = [epochOf(0, 0.25)];
      listener?.onEvent?.({ type: 'trialStarted', trainer: 1 });
      listener?.onEvent?.({ type: 'trialRestored', epochs: kind === 0 ? epochs : [] });
      if (kind === 0) {
        listener?.onEvent?.({ type: 'epochEnded', record: epochOf(1, 0.75) });
        return Promise.resolve({
          outcome: 'completed',
          stopped: false,
          epochs: [...epochs, epochOf(1, 0.75)],
        });
      }
      listener?.onEvent?.({ type: 'epochEnded', record: epochOf(0, 0.25) });
      lost.add(job.trial);
      const reason = kind === 1 ? 'error' : 'crashed';
      return Promise.resolve({ outcome: 'failed', reason, message: 'So it was.', epochs });
    },
  };
}

const settings = {
  budget: { children: 12, hours: null, multiplyAdds: null },
  trainers: { ...cpuTrainers(2), retries: 1 },
  recipe: { ...demo.recipe, epochs: 2, rewardEpochs: 1 },
};

/** What is called after each event. */
type OnEvent = (event: RunEvent, stop: () => void) => void;

async function session(
  run: WritableRun,
  seed: number,
  onEvent: OnEvent,
  retries = false,
): Promise<RunEvent[]> {
  const { parts, events, now } = searchOf(run, { pace: seed });
  await runSearch({
    ...parts,
    pool: unreliable(parts.pool, seed),
    listener: (event) => {
      events.push(event);
      onEvent(event, () => now.abort());
    },
    onBegin: (control) => {
      if (retries) control.retry(null);
    },
  });
  return events;
}

describe('the state reduced from the events of a run', () => {
  it('equals that of its tables, over sessions that were stopped or killed anywhere, with failures and retries', async () => {
    const plan = fc.record({ seed: fc.integer({ min: 1, max: 50 }), at: fc.integer({ min: 1, max: 60 }) });
    await fc.assert(
      fc.asyncProperty(plan, plan, async (killed, stopped) => {
        const run = newRun(runs, settings);
        let copy: string | undefined;
        let heard = 0;
        const before: RunEvent[] = [];
        await session(run, killed.seed, (event) => {
          if (copy !== undefined) return;
          before.push(event);
          // A batch is stored at once and then reported child by child; earlier epochs of a restarted child come with its next event.
          if (++heard < killed.at || event.type === 'trialProposed' || event.type === 'trialStarted') return;
          copy = join(runs, `copy of ${run.manifest.id}`);
          cpSync(run.folder, copy, { recursive: true });
          rmSync(join(copy, 'run.lock'));
        });
        run.close();
        const left = openRun(copy ?? run.folder);
        try {
          let count = 0;
          const second = await session(left, stopped.seed, (_event, stop) => {
            if (++count === stopped.at) stop();
          });
          const state = [...before, ...second].reduce(runState, stateOfTables(empty));
          expectTables(state, left);
          const third = await session(left, stopped.seed, () => undefined, true);
          expectTables(third.reduce(runState, state), left);
        } finally {
          left.close();
        }
      }),
      { numRuns: 8 },
    );
  });

  it('has the same figures where only figures are followed', async () => {
    const run = newRun(runs, settings);
    const { tables, ...figures } = stateOfTables(empty);
    const events = await session(run, 3, () => undefined);
    const state = events.reduce(runState, { ...figures, tables: null });
    expect(tables).not.toBeNull();
    expect(state.tables).toBeNull();
    const { ended, failed, best } = earlierState(run);
    expect(state).toMatchObject({ ended, failed, best: { number: best?.number }, outcome: 'finished' });
    run.close();
  });

  it('includes the test results of children, also for followers', async () => {
    const run = newRun(runs, settings);
    const events = await session(run, 2, () => undefined);
    const last = lastEventId(run.database);
    const evaluation = { trial: 1, split: 'test', metric: 0.5, draws: 0, at: 9 } as const;
    insertEvaluation(run.database, evaluation);
    storeEvent(run.database, {
      type: 'evaluationProgress',
      trial: 1,
      split: 'test',
      step: 1,
      steps: 4,
      at: 8,
    });
    storeEvent(run.database, { type: 'trialEvaluated', evaluation, at: 9 });
    const news = readRunEvents(run.database, { id: 'r', folder: run.folder }, last, 10).events;
    expect(news).toEqual([{ type: 'trialEvaluated', evaluation, at: 9 }]);
    const before = runState(events.reduce(runState, stateOfTables(empty)), {
      ...{ type: 'evaluationProgress', trial: 1, split: 'test', step: 1, steps: 4, at: 8 },
    });
    expect(before.evaluating).toEqual({ trial: 1, split: 'test', share: 0.25 });
    const after = news.reduce(runState, before);
    expect([after.evaluating, after.tables?.evaluations]).toEqual([null, [evaluation]]);
    expect(summariseRun(run).test).toEqual({ number: 1, metric: 0.5 });
    run.close();
  });

  it('does not change when events are repeated', async () => {
    const run = newRun(runs, settings);
    const events = await session(run, 2, () => undefined);
    const state = events.reduce(runState, stateOfTables(empty));
    const retold = events.filter(({ type }) => type !== 'trialRepeated');
    expectTables(retold.reduce(runState, state), run);
    run.close();
  });
});

describe('a run that another process searches in', () => {
  /** Opens a database and counts the rows that are read. */
  const counting =
    (counts: { rows: number }) =>
    (path: string): Database => {
      const database = openDatabaseReadOnly(path);
      const all: Database['all'] = (sql, values, schema) => {
        const rows = database.all(sql, values, schema);
        counts.rows += rows.length;
        return rows;
      };
      return { ...database, all, first: (sql, values, schema) => all(sql, values, schema)[0] };
    };

  it('is followed by its events, without rereading known data', async () => {
    const run = newRun(runs, { ...settings, budget: { children: 40, hours: null, multiplyAdds: null } });
    const counts = { rows: 0 };
    let polls = 0;
    let heard = 0;
    let last = 0;
    let state: RunState | undefined;
    const poll = (): number => {
      if (state === undefined) {
        // As a window that opens the run in the middle.
        state = stateOfTables(tablesOf(run));
        last = lastEventId(run.database);
        return 0;
      }
      const before = counts.rows;
      const news = readRunNews(run.folder, last, counting(counts));
      polls += 1;
      state = news?.events.reduce(runState, state);
      last = news?.last ?? last;
      expect(['running', 'finished']).toContain(news?.status);
      return counts.rows - before;
    };
    await session(run, 4, () => {
      if (++heard < 150 || heard % 7 !== 0) return;
      const known = last;
      const rows = poll();
      const fresh = readEventsAfter(run.database, known, 1000).length;
      // A row for each event, at most as many epochs as a child has and its trial; and the version of the tables and the last session.
      if (polls > 0) expect(rows).toBeLessThanOrEqual(fresh * (1 + settings.recipe.epochs) + 3);
    });
    poll();
    expect(polls).toBeGreaterThan(5);
    expect(counts.rows).toBeLessThan(4 * lastEventId(run.database));
    if (state !== undefined) expectTables(state, run);
    // Nothing is new: the run is as large as it will be, and no row of it is read.
    expect(poll()).toBeLessThanOrEqual(3);
    run.close();
  });

  it('reads the events of runs of earlier releases, whose epochs have no number', () => {
    const run = newRun(runs, settings);
    run.database.script(`INSERT INTO batches (number, replica) VALUES (1, 0);
      INSERT INTO trials (number, batch, state, replica, depth, decisions, log_probabilities, architecture_hash, parameters, multiply_adds)
        VALUES (1, 1, 'running', 0, 1, '[]', '[]', 'h', 9, 9);
      INSERT INTO epochs VALUES (1, 0, 1, 0.5, 1, 0.25, 0.1, 1), (1, 1, 1, 0.5, 1, 0.75, 0.1, 1);
      INSERT INTO events (at, type, trial, detail) VALUES
        (5, 'trialProposed', 1, NULL), (6, 'trialStarted', 1, '{"trainer":1}'), (7, 'epochEnded', 1, '{"trainer":1}'),
        (8, 'epochEnded', 1, '{"trainer":-1}'), (9, 'ofAnotherKind', NULL, '{'), (10, 'trialCompleted', 7, NULL)`);
    const news = readRunNews(run.folder, 0);
    expect(news?.last).toBe(6);
    expect(news?.events).toMatchObject([
      { type: 'trialProposed', trial: { number: 1 } },
      { type: 'trialStarted', trainer: 1 },
      { type: 'epochEnded', record: { epoch: 1, validationAccuracy: 0.75 } },
    ]);
    run.close();
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endings, failureReasons, type Trial, trialStates } from '../../src-shared/run/trial';
import { largestReward } from '../../src-shared/limits';
import type { EpochRecord } from '../../src-shared/tasks/data-kinds';
import { mostOptions } from '../../src-shared/search-space';
import { runDescription } from '../testing/run-description';
import { temporaryFolder } from '../testing/temporary-folder';
import { manifestFile, readManifest } from './manifest';
import { createRun, databaseFile, openRun, openRunReadOnly, type OpenRun } from './run-folder';
import { activeTime, endSession, insertSession, readSessions } from './tables/sessions';
import {
  countBatches,
  insertBatch,
  markLearned,
  readOpenBatches,
  insertProbabilities,
  insertUpdate,
  readProbabilities,
  readUpdates,
} from './tables/batches';
import { insertEpoch, readEpochs, replaceEpochs } from './tables/epochs';
import { insertEvent, readEventsAfter } from './tables/events';
import {
  countTrials,
  insertTrial,
  readBestTrials,
  readTrial,
  readTrials,
  updateTrial,
} from './tables/trials';

let runs: string;
const opened: OpenRun[] = [];
const keep = <T extends OpenRun>(run: T): T => {
  opened.push(run);
  return run;
};

beforeEach(() => {
  runs = temporaryFolder('cellsmith runs #1 ? ');
});
afterEach(() => {
  for (const run of opened.splice(0)) run.close();
  rmSync(runs, { recursive: true });
});

const proposed: Trial = {
  number: 1,
  state: 'proposed',
  replica: 0,
  depth: 2,
  decisions: [1, 2, [], 0, 3, [1]],
  logProbabilities: [-1.3862943611198906, -0.1, 0, -2.5, -Number.MIN_VALUE, -700.25],
  architectureHash: 'abc',
  parameters: 1234,
  multiplyAdds: 5e9,
  reward: null,
  measure: null,
  failure: null,
  reusedFrom: null,
  retries: 0,
  batchSize: null,
  endedBy: null,
  startedAt: null,
  endedAt: null,
};
const epoch: EpochRecord = {
  kind: 'images',
  epoch: 0,
  trainLoss: 2.302585092994046,
  trainAccuracy: 0.1,
  validationLoss: 1e-300,
  validationAccuracy: 1,
  learningRate: 0.1,
  seconds: 0,
};
const addBatch = (run: OpenRun, number = 1): void =>
  insertBatch(run.database, { number, replica: 0, learned: false, parametersVersion: 4 });

describe('a run folder', () => {
  it('holds run.json and its folders, and reads back unchanged', () => {
    const run = keep(createRun({ within: runs }, runDescription({ seed: 7 })));
    expect(readdirSync(run.folder)).toEqual(
      expect.arrayContaining(['children', 'exports', 'run.json', 'run.lock', 'run.sqlite']),
    );
    expect(run.folder).toMatch(/\d{4}-\d\d-\d\d-demo-[a-z2-9]{4}$/);
    expect(readManifest(run.folder)).toEqual(run.manifest);
    expect(run.manifest).toMatchObject({ schema: 1, seeds: { search: 7 } });
    expect(run.manifest.config.seed).toBe(7);
  });

  it('reads back any trial, bit for bit', () => {
    const run = keep(createRun({ within: runs }, runDescription()));
    addBatch(run);
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x));
    const time = fc.option(fc.integer({ min: 0, max: 2 ** 45 }));
    const anyTrial: fc.Arbitrary<Trial> = fc.record({
      number: fc.constant(0),
      state: fc.constantFrom(...trialStates),
      replica: fc.nat(),
      depth: fc.integer({ min: 1, max: 100 }),
      decisions: fc.array(fc.oneof(fc.nat(mostOptions - 1), fc.array(fc.nat(1)))),
      logProbabilities: fc.array(number),
      architectureHash: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      parameters: fc.nat(),
      multiplyAdds: fc.double({ min: 0, max: 1e15, noNaN: true }).map((x) => x + 0),
      reward: fc.option(fc.double({ min: 0, max: largestReward, noNaN: true })),
      measure: fc.option(number),
      failure: fc.option(
        fc.record({
          reason: fc.constantFrom(...failureReasons),
          message: fc.constantFrom('', 'é "quoted"\n'),
        }),
      ),
      reusedFrom: fc.constant(null),
      retries: fc.nat(9),
      batchSize: fc.option(fc.integer({ min: 1, max: 4096 })),
      endedBy: fc.option(fc.constantFrom(...endings)),
      startedAt: time,
      endedAt: time,
    });
    let next = 0;
    fc.assert(
      fc.property(anyTrial, (given) => {
        const trial = { ...given, number: ++next };
        insertTrial(run.database, { ...proposed, ...trial, state: 'proposed', reward: null }, 1);
        updateTrial(run.database, trial);
        expect(readTrial(run.database, trial.number)).toEqual(trial);
      }),
      { numRuns: 60 },
    );
    expect(readTrials(run.database).map((trial) => trial.number)).toEqual(
      Array.from({ length: next }, (_, index) => index + 1),
    );
  });

  it('keeps batches, epochs, updates, sessions and events', () => {
    const { database } = keep(createRun({ within: runs }, runDescription()));
    insertBatch(database, { number: 1, replica: 3, learned: false, parametersVersion: 2 });
    insertBatch(database, { number: 2, replica: 0, learned: false, parametersVersion: 4 });
    markLearned(database, 1);
    expect(readOpenBatches(database)).toEqual([
      { number: 2, replica: 0, learned: false, parametersVersion: 4 },
    ]);
    expect(countBatches(database)).toBe(2);

    insertTrial(database, proposed, 2);
    insertEpoch(database, 1, { ...epoch, epoch: 1 });
    insertEpoch(database, 1, epoch);
    expect(readEpochs(database, 1)).toEqual([epoch, { ...epoch, epoch: 1 }]);
    replaceEpochs(database, 1, [epoch]);
    expect(readEpochs(database, 1)).toEqual([epoch]);
    replaceEpochs(database, 1, []);
    expect(readEpochs(database, 1)).toEqual([]);

    const update = {
      number: 1,
      replica: 3,
      trials: [1, 2, 3],
      meanReward: 0.1,
      diagnostics: { gradientNorm: 2, 'entropy.filters': 1.1, 'a number of a later strategy': -1e-300 },
    };
    insertUpdate(database, update, 1, 99);
    expect(readUpdates(database)).toEqual([update]);
    const points = [{ name: 'filters', layer: 2, probabilities: [0.25, 0.7499, 0.0001] }];
    insertProbabilities(database, 1, points);
    expect(readProbabilities(database, 1)).toEqual(points);
    expect(readProbabilities(database, 2)).toEqual([]);

    insertEvent(database, { at: 5, type: 'runStarted', trial: null, detail: null });
    insertEvent(database, { at: 6, type: 'trialStarted', trial: 1, detail: '{}' });
    expect(readEventsAfter(database, 1, 10)).toEqual([
      { id: 2, at: 6, type: 'trialStarted', trial: 1, detail: '{}' },
    ]);
  });

  it('adds up the time of sessions, a killed one up to its last event', () => {
    const { database } = keep(createRun({ within: runs }, runDescription()));
    const session = (startedAt: number) =>
      insertSession(database, { startedAt, host: 'here', pid: 1, software: { node: '20' } });
    const first = session(1000);
    endSession(database, first, { at: 1500, outcome: 'stopped', message: null });
    session(2000);
    insertEvent(database, { at: 2700, type: 'epochEnded', trial: 1, detail: null });
    const third = session(9000);
    insertEvent(database, { at: 9900, type: 'epochEnded', trial: 1, detail: null });
    expect(activeTime(database, third)).toBe(500 + 700);
    expect(readSessions(database).map((one) => one.outcome)).toEqual(['stopped', null, null]);
  });

  it('ranks by reward, earlier trials first among equals, without reused results', () => {
    const { database } = keep(createRun({ within: runs }, runDescription()));
    insertBatch(database, { number: 1, replica: 0, learned: false, parametersVersion: 4 });
    const rewards = [0.2, 0.9, 0.9, 0.1];
    for (const [index, reward] of rewards.entries())
      insertTrial(database, { ...proposed, number: index + 1, state: 'completed', reward }, 1);
    insertTrial(database, { ...proposed, number: 5, state: 'reused', reward: 0.9, reusedFrom: 2 }, 1);
    expect(readBestTrials(database, 3).map((trial) => trial.number)).toEqual([2, 3, 1]);
    expect(countTrials(database)).toMatchObject({ completed: 4, reused: 1, failed: 0 });
  });

  it('undoes a transaction that throws, and refuses numbers that SQLite would store as NULL', () => {
    const { database } = keep(createRun({ within: runs }, runDescription()));
    expect(() =>
      database.transaction(() => {
        insertBatch(database, { number: 1, replica: 0, learned: false, parametersVersion: 4 });
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(countBatches(database)).toBe(0);
    insertBatch(database, { number: 1, replica: 0, learned: false, parametersVersion: 4 });
    expect(() => insertTrial(database, { ...proposed, reward: NaN }, 1)).toThrow(/not finite/);
    expect(() => insertTrial(database, { ...proposed, multiplyAdds: Infinity }, 1)).toThrow(/not finite/);
  });

  it('is a single database file when it is closed, which a copy of the folder opens elsewhere', () => {
    const run = createRun({ within: runs }, runDescription());
    addBatch(run);
    run.close();
    expect(readdirSync(run.folder).filter((name) => name.startsWith('run.'))).toEqual([
      'run.json',
      'run.sqlite',
    ]);
    const copy = join(runs, 'a copy');
    cpSync(run.folder, copy, { recursive: true });
    const before = readFileSync(databaseFile(copy));
    const reader = keep(openRunReadOnly(copy));
    expect(countBatches(reader.database)).toBe(1);
    expect(() => addBatch(reader, 2)).toThrow(/readonly/);
    reader.close();
    expect(readFileSync(databaseFile(copy))).toEqual(before);
    expect(readdirSync(copy).sort()).toEqual(readdirSync(run.folder).sort());
  });

  it('can be read while it is written, and sees what is committed', () => {
    const run = keep(createRun({ within: runs }, runDescription()));
    const reader = keep(openRunReadOnly(run.folder));
    addBatch(run);
    expect(countBatches(reader.database)).toBe(1);
    run.database.transaction(() => {
      addBatch(run, 2);
      expect(countBatches(reader.database)).toBe(1);
    });
    expect(countBatches(reader.database)).toBe(2);
    run.close();
    expect(countBatches(reader.database)).toBe(2);
  });

  it('loses no committed data when its writer is killed', async () => {
    const { folder } = createClosed();
    const script = `
      const Database = require('libsql');
      const database = new Database(process.argv[1]);
      database.prepare('PRAGMA journal_mode = WAL').all([]);
      const add = database.prepare('INSERT INTO batches (number, replica) VALUES (?, 0)');
      for (let number = 1; ; number++) { add.run([number]); process.stdout.write(number + '\\n'); }`;
    const writer = spawn(process.execPath, ['-e', script, databaseFile(folder)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    while (said.split('\n').length < 50) await once(writer.stdout, 'data');
    const reader = keep(openRunReadOnly(folder));
    expect(countBatches(reader.database)).toBeGreaterThan(48);
    writer.kill('SIGKILL');
    await once(writer, 'close');
    const last = Number(said.split('\n').at(-2));
    const run = keep(openRun(folder));
    expect(countBatches(run.database)).toBeGreaterThanOrEqual(last);
    expect(countBatches(reader.database)).toBe(countBatches(run.database));
  });
});

describe('a damaged, newer or missing run', () => {
  const code = (expected: string, file: RegExp): Error =>
    expect.objectContaining({ code: expected, message: expect.stringMatching(file) as string }) as Error;

  it('is distinguished by name', () => {
    const { folder } = createClosed();
    const json = readFileSync(manifestFile(folder), 'utf8');
    const cases: [() => void, Error][] = [
      [() => writeFileSync(manifestFile(folder), json.slice(0, 100)), code('run.damaged', /run\.json/)],
      [() => writeFileSync(manifestFile(folder), '[]'), code('run.damaged', /run\.json/)],
      [
        () => writeFileSync(manifestFile(folder), json.replace(/"seed": \d+/, '"seed": -1')),
        code('run.damaged', /run\.json.*seed/),
      ],
      [
        () => writeFileSync(manifestFile(folder), json.replace('"schema": 1', '"schema": 2')),
        code('run.newer-version', /run\.json/),
      ],
      [() => writeFileSync(databaseFile(folder), Buffer.alloc(9000, 7)), code('run.damaged', /run\.sqlite/)],
      [() => rmSync(databaseFile(folder)), code('run.damaged', /run\.sqlite is missing/)],
      [() => rmSync(manifestFile(folder)), code('run.not-found', /run\.json/)],
    ];
    const database = readFileSync(databaseFile(folder));
    for (const [damage, error] of cases) {
      writeFileSync(manifestFile(folder), json);
      writeFileSync(databaseFile(folder), database);
      damage();
      expect(() => openRun(folder)).toThrow(error);
      expect(() => openRunReadOnly(folder)).toThrow(error);
      expect(existsSync(join(folder, 'run.lock'))).toBe(false);
    }
  });

  it('refuses a database of a later schema, also to read', () => {
    const { folder } = createClosed();
    const run = openRun(folder);
    run.database.script('PRAGMA user_version = 99');
    run.close();
    const newer = code('run.newer-version', /run\.sqlite/);
    expect(() => openRun(folder)).toThrow(newer);
    expect(() => openRunReadOnly(folder)).toThrow(newer);
  });

  it('reports an invalid row', () => {
    const run = keep(createRun({ within: runs }, runDescription()));
    addBatch(run);
    insertTrial(run.database, proposed, 1);
    run.database.script(`UPDATE trials SET decisions = '[1, '`);
    expect(() => readTrials(run.database)).toThrow(code('run.damaged', /run\.sqlite.*decisions/s));
  });

  it('leaves nothing behind when a run cannot be created', () => {
    const file = join(runs, 'a file');
    writeFileSync(file, '');
    expect(() => createRun({ within: join(file, 'below') }, runDescription())).toThrow(
      code('run.not-writable', /a file/),
    );
    expect(readdirSync(runs)).toEqual(['a file']);
  });
});

function createClosed(): OpenRun {
  const run = createRun({ within: runs }, runDescription());
  run.close();
  return run;
}

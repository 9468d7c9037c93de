import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mostEpochs, mostTrials } from '../../src-shared/limits';
import { runDescription } from '../testing/run-description';
import { temporaryFolder } from '../testing/temporary-folder';
import { lockHolder } from './files/lock';
import { readEventsAfter } from './tables/events';
import { readListedTrials, readTrials } from './tables/trials';
import { mostSessions } from './sqlite/table-bounds';
import { createRun, databaseFile, openRun, openRunReadOnly } from './run-folder';

let runs: string;
let folder: string;
beforeEach(() => {
  runs = temporaryFolder('cellsmith-hostile-');
  const run = createRun({ within: runs }, runDescription());
  ({ folder } = run);
  run.close();
});
afterEach(() => rmSync(runs, { recursive: true }));

function change(sql: string): void {
  const connection = new Libsql(databaseFile(folder));
  connection.exec(sql);
  connection.close();
}

function expectRefused(message: RegExp): void {
  for (const open of [openRun, openRunReadOnly])
    expect(() => open(folder)).toThrow(
      expect.objectContaining({
        code: 'run.damaged',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  expect(lockHolder(folder)).toBeUndefined();
}

describe('the folder of a run from elsewhere', () => {
  it.each(['run.sqlite-shm', 'log.txt', 'controller', 'children/000001.safetensors.queue.partial'])(
    'is refused when its %s is a link',
    (name) => {
      const theirs = join(runs, 'theirs');
      writeFileSync(theirs, 'mine');
      rmSync(join(folder, name), { recursive: true, force: true });
      symlinkSync(theirs, join(folder, name));
      expectRefused(/is a link or something else: put the (file|folder) itself in its place\.$/);
      expect(readFileSync(theirs, 'utf8')).toBe('mine');
    },
  );

  it('may itself be reached by a link, and contain other files of its owner', () => {
    symlinkSync(folder, join(runs, 'link'));
    symlinkSync(runs, join(folder, 'notes'));
    mkdirSync(join(folder, 'children', 'more'));
    openRun(join(runs, 'link')).close();
  });

  it('is refused when its journal would make SQLite remove another file', () => {
    const theirs = join(runs, 'theirs');
    writeFileSync(theirs, 'mine');
    change('PRAGMA journal_mode = DELETE');
    writeFileSync(`${databaseFile(folder)}-journal`, journalNaming(theirs));
    expectRefused(/belongs to a transaction over other files/);
    expect(existsSync(theirs)).toBe(true);
    // The effect it would have had.
    change('DELETE FROM events');
    expect(existsSync(theirs)).toBe(false);
  });
});

describe('the database of a run from elsewhere', () => {
  it.each([
    [
      'a trigger',
      'CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM trials; END',
      /holds the trigger t,/,
    ],
    ['a view', 'CREATE VIEW v AS SELECT 1', /holds the view v,/],
    ['an extra table', 'CREATE TABLE sqlitex (a)', /holds the table sqlitex,/],
    [
      'a view in place of a table',
      'DROP TABLE events; CREATE VIEW events AS SELECT 1 AS id',
      /does not have the table events/,
    ],
    ['a column less', 'ALTER TABLE events DROP COLUMN detail', /does not have the table events/],
    [
      'a column more',
      'ALTER TABLE events ADD COLUMN more BLOB GENERATED ALWAYS AS (zeroblob(at)) VIRTUAL',
      /table events/,
    ],
    ['an index less', 'DROP INDEX trials_by_batch', /index trials_by_batch/],
  ])('is refused with %s', (_, sql, message) => {
    change(sql);
    expectRefused(message);
  });

  it('is refused when pages of it are used twice', () => {
    change(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'batches') WHERE name = 'events'`);
    // Files that this process has made or gone through are not gone through again: it comes from elsewhere.
    cpSync(folder, join(runs, 'copy'), { recursive: true });
    folder = join(runs, 'copy');
    expectRefused(/is damaged/);
  });

  it.each(['41ff', '4100ff', 'c3'])('is refused with invalid text: %s', (hex) => {
    change(`INSERT INTO events (at, type) VALUES (1, CAST(x'${hex}' AS TEXT))`);
    cpSync(folder, join(runs, 'copy'), { recursive: true });
    folder = join(runs, 'copy');
    expectRefused(/holds invalid text in its events/);
  });

  it.each([
    ['depth', '2147483648'],
    ['batch_size', '2147483648'],
    ['decisions', "'[1000]'"],
    ['decisions', "'[-1]'"],
    ['decisions', "'[[0,2]]'"],
    ['decisions', `'${JSON.stringify(Array.from({ length: 2000 }, () => 0))}'`],
    ['log_probabilities', `'${JSON.stringify(Array.from({ length: 2000 }, () => -1))}'`],
  ])('is refused with a child whose %s no network has: %.20s', (column, value) => {
    change(`INSERT INTO batches (number, replica) VALUES (1, 0);
      INSERT INTO trials (number, batch, state, replica, depth, decisions, log_probabilities, architecture_hash, parameters, multiply_adds)
        VALUES (1, 1, 'proposed', 0, 3, '[0,[1]]', '[-1,-1]', 'hash', 9, 9)`);
    const whole = openRunReadOnly(folder);
    expect(readTrials(whole.database)).toHaveLength(1);
    whole.close();
    change(`UPDATE trials SET ${column} = ${value}`);
    const run = openRunReadOnly(folder);
    const field = new RegExp(column.replace(/_(\w)/, (_match, letter: string) => letter.toUpperCase()));
    expect(() => readTrials(run.database)).toThrow(
      expect.objectContaining({
        code: 'run.damaged',
        message: expect.stringMatching(field) as string,
      }) as Error,
    );
    run.close();
  });

  const batch = 'INSERT INTO batches (number, replica) VALUES (1, 0);';
  const to = (last: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${last})`;
  const trialsTo = (last: number): string =>
    `${batch} ${to(last)} INSERT INTO trials (number, batch, state, replica, depth, decisions, log_probabilities, architecture_hash, parameters, multiply_adds)
      SELECT i, 1, 'proposed', 0, 1, '[]', '[]', 'h', 9, 9 FROM n`;

  it.each([
    [
      'more children than a run can have',
      trialsTo(mostTrials + 1),
      /run\.sqlite holds 100,001 children, and at most 100,000/,
    ],
    [
      'more batches',
      `${to(mostTrials + 1)} INSERT INTO batches (number, replica) SELECT i, 0 FROM n`,
      /run\.sqlite holds 100,001 batches, and at most 100,000/,
    ],
    [
      'sessions without number',
      `${to(mostSessions + 1)} INSERT INTO sessions (number, started_at, host, pid, software) SELECT i, i, 'h', 1, '{}' FROM n`,
      /run\.sqlite holds 10,001 sessions, and at most 10,000/,
    ],
  ])('is refused with %s, each time that it is opened', (_, sql, message) => {
    change(sql);
    expectRefused(message);
  });

  it.each([
    [
      'a child of more epochs than any has',
      `${trialsTo(2)}; ${to(mostEpochs + 1)} INSERT INTO epochs SELECT 2, i, 0, 0, 0, 0, 0, 0 FROM n`,
      /run\.sqlite holds 10,001 epochs of child 2, and at most 10,000/,
    ],
    [
      'sessions that fill the memory by what is written of each',
      `${to(34)} INSERT INTO sessions (number, started_at, message, host, pid, software)
        SELECT i, i, printf('%.*c', 1000000, 'm'), 'h', 1, '{}' FROM n`,
      /run\.sqlite holds sessions that take 34,000,102 bytes of memory, and at most 33,554,432/,
    ],
    [
      'children that fill it by short text of many lists',
      `${trialsTo(15_000)}; UPDATE trials SET decisions = '[${Array.from({ length: 1000 }, () => '[]').join()}]'`,
      /run\.sqlite holds children that take 1,1\d\d,\d{3},\d{3} bytes of memory, and at most 1,073,741,824/,
    ],
  ])('is refused with %s', (_, sql, message) => {
    change(sql);
    cpSync(folder, join(runs, 'copy'), { recursive: true });
    folder = join(runs, 'copy');
    expectRefused(message);
  });

  it('is read with as many children as a run can have', () => {
    change(trialsTo(mostTrials));
    const run = openRunReadOnly(folder);
    expect(readListedTrials(run.database)).toHaveLength(mostTrials);
    run.close();
  });

  it('is read with text of any language', () => {
    change("INSERT INTO events (at, type) VALUES (1, 'Größe, 大きさ, 🙂')");
    cpSync(folder, join(runs, 'copy'), { recursive: true });
    const run = openRunReadOnly(join(runs, 'copy'));
    expect(readEventsAfter(run.database, 0, 1)).toMatchObject([{ type: 'Größe, 大きさ, 🙂' }]);
    run.close();
  });

  it('is refused with invalid text after much text of another language', () => {
    change(`${to(100)} INSERT INTO events (at, type) SELECT i, 'Größe' FROM n;
      INSERT INTO events (at, type) VALUES (1, CAST(x'c3' AS TEXT))`);
    cpSync(folder, join(runs, 'copy'), { recursive: true });
    folder = join(runs, 'copy');
    expectRefused(/holds invalid text in its events/);
  });

  it.each(['-9223372036854775808', '-9007199254740993', '9223372036854775807'])(
    'is refused with invalid text in row %s',
    (id) => {
      change(`INSERT INTO events (at, type) VALUES (1, 'ü');
        INSERT INTO events (id, at, type) VALUES (${id}, 1, CAST(x'c3' AS TEXT))`);
      cpSync(folder, join(runs, 'copy'), { recursive: true });
      folder = join(runs, 'copy');
      expectRefused(/holds invalid text in its events/);
    },
  );

  it('is refused with very many tables', () => {
    change(Array.from({ length: 1000 }, (_, index) => `CREATE TABLE t${index} (a);`).join('\n'));
    expectRefused(/holds the table t0,/);
  });

  it('is read with the statistics that other programs let SQLite collect', () => {
    change('INSERT INTO batches (number, replica) VALUES (1, 0); ANALYZE');
    openRunReadOnly(folder).close();
  });
});

/** A rollback journal without a page in it, of a transaction that another journal was part of (sqlite.org/fileformat.html, section 3). */
function journalNaming(path: string): Buffer {
  const magic = Buffer.from('d9d505f920a163d7', 'hex');
  const header = Buffer.alloc(512);
  magic.copy(header);
  const database = readFileSync(databaseFile(folder));
  const pageSize = database.readUInt16BE(16);
  for (const [at, word] of [
    [12, 1],
    [16, database.length / pageSize],
    [20, header.length],
    [24, pageSize],
  ] as const)
    header.writeUInt32BE(word, at);
  const name = Buffer.from(path);
  const words = Buffer.alloc(8);
  words.writeUInt32BE(name.length, 0);
  words.writeUInt32BE(
    name.reduce((sum, byte) => sum + byte, 0),
    4,
  );
  const lockPage = Buffer.alloc(4);
  lockPage.writeUInt32BE(0x40000000 / pageSize + 1);
  return Buffer.concat([header, lockPage, name, words, magic]);
}

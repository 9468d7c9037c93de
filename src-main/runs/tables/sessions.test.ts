import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, type Database } from '../sqlite/database';
import { migrate } from '../sqlite/migrations';
import { mostSessions } from '../sqlite/table-bounds';
import { insertEvent } from './events';
import { activeTime, endSession, insertSession } from './sessions';

let database: Database;
beforeEach(() => {
  database = openDatabase(':memory:');
  migrate(database, ':memory:');
});
afterEach(() => database.close());

/** Sessions that begin every 100 ms; each has events until a given number of ms after its beginning, and every third ends normally. */
function sessions(count: number): number {
  let active = 0;
  for (let index = 0; index < count; index++) {
    const startedAt = 1000 + 100 * index;
    const lasts = (index * 7) % 50;
    const number = insertSession(database, { startedAt, host: 'host', pid: 1, software: {} });
    for (let at = startedAt; at <= startedAt + lasts; at++)
      insertEvent(database, { at, type: 'epochEnded', trial: null, detail: null });
    if (index % 3 === 0)
      endSession(database, number, { at: startedAt + 60, outcome: 'stopped', message: null });
    active += index % 3 === 0 ? 60 : lasts;
  }
  return active;
}

it.each([6, 100])('counts a session that was killed until its last event, of %i sessions', (count) => {
  const active = sessions(count);
  expect(activeTime(database, count + 1)).toBe(active);
});

it('does not count the current session', () => {
  sessions(100);
  const [all, earlier] = [activeTime(database, 101), activeTime(database, 100)];
  expect(all - earlier).toBe(60);
});

it('begins no session that would make the run impossible to open', () => {
  database.script(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${mostSessions})
    INSERT INTO sessions (number, started_at, host, pid, software) SELECT i, i, 'h', 1, '{}' FROM n`);
  expect(() => insertSession(database, { startedAt: 1, host: 'host', pid: 1, software: {} })).toThrow(
    expect.objectContaining({ code: 'run.not-writable' }) as Error,
  );
});

import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import type { RunOutcome } from '../../../src-shared/run/run-event';
import { type Database, jsonText } from '../sqlite/database';
import { mostSessions } from '../sqlite/table-bounds';

/** One session of a run's search, from start or resumption to its end. Times are milliseconds since 1970. */
export interface Session {
  readonly number: number;
  readonly startedAt: number;
  /** Null while it runs, and when its process was killed. */
  readonly endedAt: number | null;
  readonly outcome: RunOutcome | null;
  /** The error that ended it, if any. */
  readonly message: string | null;
  readonly host: string;
  readonly pid: number;
  /** Versions of the program and its platform. */
  readonly software: Readonly<Record<string, string>>;
  /** Milliseconds of its pauses, without the current one. */
  readonly paused: number;
  /** When the current pause began; null when there is none. */
  readonly pausedAt: number | null;
}

const sessionRow = z
  .strictObject({
    number: z.int(),
    started_at: z.int(),
    ended_at: z.int().nullable(),
    outcome: z.enum(['finished', 'stopped', 'failed']).nullable(),
    message: z.string().nullable(),
    host: z.string(),
    pid: z.int(),
    software: jsonText.pipe(z.record(z.string(), z.string())),
    paused: z.int(),
    paused_at: z.int().nullable(),
  })
  .transform((row): Session => ({
    number: row.number,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    message: row.message,
    host: row.host,
    pid: row.pid,
    software: row.software,
    paused: row.paused,
    pausedAt: row.paused_at,
  }));

/** All sessions in order. */
export function readSessions(database: Database): Session[] {
  return database.all('SELECT * FROM sessions ORDER BY number', [], sessionRow);
}

export function readLastSession(database: Database): Session | undefined {
  return database.first('SELECT * FROM sessions ORDER BY number DESC LIMIT 1', [], sessionRow);
}

/** Inserts a session and returns its number. @throws CellsmithError 'run.not-writable' when there are too many */
export function insertSession(
  database: Database,
  session: Pick<Session, 'startedAt' | 'host' | 'pid' | 'software'>,
): number {
  const number = readSessions(database).length + 1;
  if (number > mostSessions)
    throw new CellsmithError(
      'run.not-writable',
      `The run was resumed ${mostSessions} times, the maximum: start a new search.`,
    );
  database.run('INSERT INTO sessions (number, started_at, host, pid, software) VALUES (?, ?, ?, ?, ?)', [
    number,
    session.startedAt,
    session.host,
    session.pid,
    JSON.stringify(session.software),
  ]);
  return number;
}

export function endSession(
  database: Database,
  number: number,
  end: { readonly at: number; readonly outcome: RunOutcome; readonly message: string | null },
): void {
  database.run('UPDATE sessions SET ended_at = ?, outcome = ?, message = ? WHERE number = ?', [
    end.at,
    end.outcome,
    end.message,
    number,
  ]);
}

/** Stores how long a session has been paused, and when its current pause began. */
export function setPause(
  database: Database,
  number: number,
  { paused, pausedAt }: Pick<Session, 'paused' | 'pausedAt'>,
): void {
  database.run('UPDATE sessions SET paused = ?, paused_at = ? WHERE number = ?', [paused, pausedAt, number]);
}

/**
 * Milliseconds of all earlier sessions of a run, without pauses. A killed session
 * lasted until its last event, or until the pause that it was in.
 * @param before the number of the current session, whose own time does not count
 */
export function activeTime(database: Database, before: number): number {
  const sessions = readSessions(database);
  const killed = new Map<Session, number>();
  for (const [place, session] of sessions.entries())
    if (session.pausedAt === null && session.endedAt === null && session.number < before)
      killed.set(session, sessions[place + 1]?.startedAt ?? Number.MAX_SAFE_INTEGER);
  const ends = lastEvents(database, killed);
  return sessions
    .filter((session) => session.number < before)
    .reduce((total, session) => {
      const end = session.pausedAt ?? session.endedAt ?? ends.get(session.number) ?? session.startedAt;
      return total + Math.max(0, end - session.startedAt - session.paused);
    }, 0);
}

/** From this many sessions on, one pass over the events for each takes longer than sorting them. */
const manyKilled = 20;

/** The time of each session's last event, by number. @param until when the next session began */
function lastEvents(database: Database, until: ReadonlyMap<Session, number>): Map<number, number> {
  if (until.size <= manyKilled) {
    const row = z.strictObject({ at: z.int().nullable() });
    const sql = 'SELECT max(at) AS at FROM events WHERE at >= ? AND at < ?';
    return new Map(
      [...until].flatMap(([{ number, startedAt }, end]) => {
        const at = database.first(sql, [startedAt, end], row)?.at ?? null;
        return at === null ? [] : [[number, at]];
      }),
    );
  }
  // The row before the start of the next session, in the order of time, is this one's last event or its start.
  const row = z.strictObject({ number: z.int(), at: z.int().nullable() });
  const rows = database.all(
    `SELECT number, at FROM (
       SELECT number, lag(at) OVER (ORDER BY at, number DESC) AS at FROM (
         SELECT at, 0 AS number FROM events
         UNION ALL SELECT started_at, number FROM sessions
         UNION ALL SELECT ?, max(number) + 1 FROM sessions))
     WHERE number > 0`,
    [Number.MAX_SAFE_INTEGER],
    row,
  );
  return new Map(rows.flatMap(({ number, at }) => (at === null ? [] : [[number - 1, at]])));
}

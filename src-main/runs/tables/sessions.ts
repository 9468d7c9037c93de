import { z } from 'zod';
import type { RunOutcome } from '../../../src-shared/run/run-event';
import type { Database } from '../sqlite/database';
import { jsonText } from './json-text';

/** One time that the search of a run was running. Times are milliseconds since 1970. */
export interface Session {
  readonly number: number;
  readonly startedAt: number;
  /** Null while it runs, and for ever when its process was killed. */
  readonly endedAt: number | null;
  readonly outcome: RunOutcome | null;
  /** Why it ended, when something broke. */
  readonly message: string | null;
  readonly host: string;
  readonly pid: number;
  /** Versions of the program and of what it ran on. */
  readonly software: Readonly<Record<string, string>>;
  /** Milliseconds of it that were pauses, without the one that lasts. */
  readonly paused: number;
  /** When the pause that lasts began; null when there is none. */
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

/** Opens a session and gives its number. */
export function insertSession(
  database: Database,
  session: Pick<Session, 'startedAt' | 'host' | 'pid' | 'software'>,
): number {
  const number = readSessions(database).length + 1;
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

/** Stores how long a session was paused so far, and since when it is. */
export function setPause(
  database: Database,
  number: number,
  { paused, pausedAt }: Pick<Session, 'paused' | 'pausedAt'>,
): void {
  database.run('UPDATE sessions SET paused = ?, paused_at = ? WHERE number = ?', [paused, pausedAt, number]);
}

/**
 * Milliseconds that the search of a run has been running in all sessions that are not running now, without pauses. A killed one
 * lasted until its last event, or the pause that it was in.
 * @param before the number of the session that runs now; its own time does not count
 */
export function activeTime(database: Database, before: number): number {
  const sessions = readSessions(database).filter((session) => session.number < before);
  return sessions.reduce(
    (total, session) =>
      total +
      Math.max(
        0,
        (session.pausedAt ?? session.endedAt ?? lastEvent(database, session)) -
          session.startedAt -
          session.paused,
      ),
    0,
  );
}

function lastEvent(database: Database, session: Session): number {
  const row = z.strictObject({ at: z.int().nullable() });
  const next = readSessions(database).find((other) => other.number > session.number)?.startedAt;
  const found = database.first(
    'SELECT max(at) AS at FROM events WHERE at >= ? AND at < ?',
    [session.startedAt, next ?? Number.MAX_SAFE_INTEGER],
    row,
  );
  return found?.at ?? session.startedAt;
}

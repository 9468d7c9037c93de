import { z } from 'zod';
import type { Database } from '../sqlite/database';

/** One thing that happened, in the order of `id`. The facts are in the other tables; `detail` holds what stands nowhere else. */
export interface StoredEvent {
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly trial: number | null;
  readonly detail: string | null;
}

const eventRow = z.strictObject({
  id: z.int(),
  at: z.int(),
  type: z.string(),
  trial: z.int().nullable(),
  detail: z.string().nullable(),
});

export function insertEvent(database: Database, event: Omit<StoredEvent, 'id'>): void {
  database.run('INSERT INTO events (at, type, trial, detail) VALUES (?, ?, ?, ?)', [
    event.at,
    event.type,
    event.trial,
    event.detail,
  ]);
}

/** The next events after `id`, at most `limit` of them: how another process follows a search. */
export function readEventsAfter(database: Database, id: number, limit: number): StoredEvent[] {
  return database.all('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?', [id, limit], eventRow);
}

import type { RunEvent } from '../../src-shared/run/run-event';
import type { RunStatus } from '../../src-shared/run/run-summary';
import { readManifest } from './manifest';
import { databaseFile } from './run-folder';
import { openDatabaseReadOnly, type Database } from './sqlite/database';
import { isOlder, refuseNewer } from './sqlite/migrations';
import { readRunStatus } from './summarise-run';
import { readRunEvents } from './tables/events';

/** Updates of a run since the last read. */
export interface RunNews {
  readonly events: RunEvent[];
  /** The id of the last event: where the next read begins. */
  readonly last: number;
  readonly status: RunStatus;
}

/** Maximum events in one reply; the next reply has the rest. */
const mostNews = 1000;

/**
 * Updates of the run of another process since event `after`, in one consistent state: the new rows of its `events` table, and
 * the rows of other tables that they refer to, by key. The run was opened, and so checked, before.
 * @param open opens its database to read
 * @returns null for a run that an earlier release writes: it can only be opened again
 * @throws CellsmithError 'run.not-found', 'run.damaged', 'run.newer-version'
 */
export function readRunNews(
  folder: string,
  after: number,
  open: (path: string) => Database = openDatabaseReadOnly,
): RunNews | null {
  const manifest = readManifest(folder);
  const path = databaseFile(folder);
  const database = open(path);
  try {
    refuseNewer(database, path);
    if (isOlder(database)) return null;
    const run = { id: manifest.id, folder };
    return database.snapshot(() => ({
      ...readRunEvents(database, run, after, mostNews),
      status: readRunStatus({ folder, manifest, database, close: () => database.close() }),
    }));
  } finally {
    database.close();
  }
}

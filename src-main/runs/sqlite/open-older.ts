import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDatabase } from './check-database';
import { openDatabase, openDatabaseReadOnly, type Database } from './database';
import { isOlder, migrate, refuseNewer } from './migrate';

/**
 * Opens a database to read, in the newest schema. What an earlier release wrote is not touched: it is copied, and the copy brought
 * to the newest schema; the copy goes when it is closed.
 * @param path absolute
 * @throws CellsmithError 'run.damaged', 'run.not-found', 'run.newer-version'
 */
export function openInNewestSchema(path: string): Database {
  const database = openDatabaseReadOnly(path);
  try {
    refuseNewer(database, path);
    checkDatabase(database, path);
    if (!isOlder(database)) return database;
  } catch (error) {
    database.close();
    throw error;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cellsmith-older-run-'));
  try {
    const copy = join(folder, 'run.sqlite');
    // One consistent state, also while another process writes.
    database.run('VACUUM INTO ?', [copy]);
    const migrated = openDatabase(copy);
    migrate(migrated, path);
    return {
      ...migrated,
      close: () => {
        migrated.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    database.close();
  }
}

import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import type { Database } from './database';
import { initial } from './migrations/0001-initial';
import { decisions } from './migrations/0002-decisions';
import { lifecycle } from './migrations/0003-lifecycle';
import { text } from './migrations/0004-text';
import { parameterServers } from './migrations/0005-parameter-servers';
import { endings } from './migrations/0006-endings';
import { diagnostics } from './migrations/0007-diagnostics';

/** In order; the number of a migration is its place from 1, and the schema version of a database is that of its last one. */
export const migrations: readonly string[] = [
  initial,
  decisions,
  lifecycle,
  text,
  parameterServers,
  endings,
  diagnostics,
];

const versionRow = z.strictObject({ user_version: z.int().min(0) });

/** The schema version of an open database; 0 when it is new. */
export function schemaVersion(database: Database): number {
  return database.first('PRAGMA user_version', [], versionRow)?.user_version ?? 0;
}

/**
 * Brings a database to the newest schema, one migration a transaction.
 * @throws CellsmithError 'run.newer-version' when a later release wrote it
 */
export function migrate(database: Database, path: string, steps: readonly string[] = migrations): void {
  refuseNewer(database, path, steps);
  for (let version = schemaVersion(database); version < steps.length; version++) {
    const step = steps[version];
    if (step === undefined) break;
    database.transaction(() => database.script(`${step}; PRAGMA user_version = ${version + 1};`));
  }
}

/** Whether an earlier release wrote the database. */
export function isOlder(database: Database): boolean {
  return schemaVersion(database) < migrations.length;
}

/** @throws CellsmithError 'run.newer-version' when a later release wrote the database */
export function refuseNewer(database: Database, path: string, steps: readonly string[] = migrations): void {
  const version = schemaVersion(database);
  if (version > steps.length)
    throw new CellsmithError(
      'run.newer-version',
      `${path} was written by a newer release of Cellsmith (schema ${version}, this one knows ${steps.length}): ` +
        'install that release to open it.',
    );
}

import { statSync } from 'node:fs';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import { openDatabase, type Database } from './database';
import { migrate, migrations, schemaVersion } from './migrate';

/** Files that this process has found whole, by the numbers of device and file and by when it was made. */
const known = new Set<string>();

/**
 * Makes sure that a database is one that this program has made, before anything is read of it or written to it: a file from elsewhere may hold
 * triggers that act when it is written, views that never end in place of tables, or pages that lead in circles.
 * A file is gone through once by each process; its tables are looked at each time.
 * @throws CellsmithError 'run.damaged'
 */
export function checkDatabase(database: Database, path: string): void {
  const damaged = (what: string): CellsmithError =>
    new CellsmithError('run.damaged', `${path} ${what}; restore it from a copy of the run.`);
  const version = schemaVersion(database);
  const [found, expected] = [objectsOf(database), objectsAt(version)];
  for (const [name, form] of expected)
    if (found.get(name) !== form) throw damaged(`does not have ${name} in the form that it should have`);
  for (const name of found.keys())
    if (!expected.has(name)) throw damaged(`holds ${name.slice(0, 100)}, which no run has`);
  const { dev, ino, birthtimeMs } = statSync(path);
  const file = `${dev}:${ino}:${birthtimeMs}`;
  if (known.has(file)) return;
  const row = z.strictObject({ quick_check: z.string() });
  const result = database.first('PRAGMA quick_check(1)', [], row)?.quick_check ?? '';
  if (result !== 'ok') throw damaged(`is damaged (${result.replace(/\s+/g, ' ').slice(0, 200)})`);
  known.add(file);
}

const objectRow = z.strictObject({ type: z.string(), name: z.string(), sql: z.string().nullable() });

/** Tables, indices, views and triggers, with their definitions; without those that SQLite keeps for itself. */
function objectsOf(database: Database): Map<string, string> {
  const rows = database.all('SELECT type, name, sql FROM sqlite_schema', [], objectRow);
  return new Map(
    rows
      .filter(
        ({ type, name }) => !/^sqlite_(sequence|autoindex_|stat\d)/.test(name) || type !== typeOfOwn(name),
      )
      // Releases of SQLite differ in how they quote a name that they change, and in where they put spaces.
      .map(({ type, name, sql }) => [`the ${type} ${name}`, (sql ?? '').replace(/[\s"]+/g, '')]),
  );
}

function typeOfOwn(name: string): string {
  return name.startsWith('sqlite_autoindex_') ? 'index' : 'table';
}

const expectedObjects = new Map<number, Map<string, string>>();

/** What a database of a version holds: that of an empty one. */
function objectsAt(version: number): Map<string, string> {
  const cached = expectedObjects.get(version);
  if (cached !== undefined) return cached;
  const empty = openDatabase(':memory:');
  try {
    migrate(empty, ':memory:', migrations.slice(0, version));
    const objects = objectsOf(empty);
    expectedObjects.set(version, objects);
    return objects;
  } finally {
    empty.close();
  }
}

import { statSync } from 'node:fs';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import { openDatabase, type Database } from './database';
import { migrate, migrations, schemaVersion } from './migrate';
import { requireBoundedRows, requireFewRows, textColumns } from './table-bounds';

/** Files that this process has found whole, by the numbers of device and file and by when it was made. */
const known = new Set<string>();

/**
 * Checks that this program created a database, before it is read or written: a file from elsewhere may hold
 * triggers that act when it is written, views that never end in place of tables, pages that lead in circles, or more rows than the memory holds.
 * A file is gone through once by each process; its tables are looked at, and their rows counted, each time.
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
  const tables = tablesAt(version);
  requireFewRows(database, path, tables);
  const { dev, ino, birthtimeMs } = statSync(path);
  const file = `${dev}:${ino}:${birthtimeMs}`;
  if (known.has(file)) return;
  const row = z.strictObject({ quick_check: z.string() });
  const result = database.first('PRAGMA quick_check(1)', [], row)?.quick_check ?? '';
  if (result !== 'ok') throw damaged(`is damaged (${result.replace(/\s+/g, ' ').slice(0, 200)})`);
  requireBoundedRows(database, path, tables);
  for (const name of tables)
    if (!holdsText(database, name)) throw damaged(`holds text that is none in its ${name}`);
  known.add(file);
}

/** Bytes that may be no text. libsql gives blobs as ArrayBuffers, and ends the process where what should be text is not UTF-8. */
const bytes = z.instanceof(ArrayBuffer);
const text = bytes.transform((encoded, context) => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(encoded);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no text' });
    return z.NEVER;
  }
});
const objectRow = z.strictObject({ type: text, name: text, sql: text.nullable() });

/** Upper bound of schema entries; a run has far fewer. */
const mostObjects = 200;

/** Tables, indices, views and triggers, with their definitions; without those that SQLite keeps for itself. */
function objectsOf(database: Database): Map<string, string> {
  const columns = ['type', 'name', 'sql'].map(asBytes).join(', ');
  const rows = database.all(`SELECT ${columns} FROM sqlite_schema LIMIT ${mostObjects}`, [], objectRow);
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

/** The tables of a version. */
function tablesAt(version: number): string[] {
  return [...objectsAt(version).keys()].flatMap((name) => /^the table (.*)$/.exec(name)?.slice(1) ?? []);
}

/** Rows of text that is decoded to look at it, of which a table may hold as much as the memory. */
const textsAtATime = 16;

/** Whether the text of a table is UTF-8. Nearly all of it is plain ASCII, which SQLite itself can tell. */
function holdsText(database: Database, table: string): boolean {
  const columns = textColumns(database, table);
  if (columns.length === 0) return true;
  // Behind a character of code 0, GLOB and length() look no further.
  const doubtful = columns.map(
    (name) => `${name} GLOB '*[^ -~]*' OR length(${name}) <> length(CAST(${name} AS BLOB))`,
  );
  const row = z
    .looseObject({ place: z.int() })
    .transform(({ place, ...texts }) => ({ place, texts }))
    .pipe(z.strictObject({ place: z.int(), texts: z.record(z.string(), text.nullable()) }));
  const sql = `SELECT rowid AS place, ${columns.map(asBytes).join(', ')} FROM ${table}
    WHERE rowid > ? AND (${doubtful.join(' OR ')}) ORDER BY rowid LIMIT ${textsAtATime}`;
  try {
    // Below all numbers of rows.
    let last: number | undefined = -1e19;
    while (last !== undefined) last = database.all(sql, [last], row).at(-1)?.place;
    return true;
  } catch (error) {
    if (error instanceof CellsmithError && error.code === 'run.damaged') return false;
    throw error;
  }
}

function asBytes(column: string): string {
  return `CAST(${column} AS BLOB) AS ${column}`;
}

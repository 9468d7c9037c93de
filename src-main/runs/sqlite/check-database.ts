import { statSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import { openDatabase, type Database, openDatabaseReadOnly } from './database';
import { migrate, migrations, schemaVersion, isOlder, refuseNewer } from './migrations';
import { requireBoundedRows, requireFewRows, textColumns } from './table-bounds';

/** Files that this process has verified, by device, inode and birth time. */
const known = new Set<string>();

/**
 * Opens a database to read, in the newest schema. The database of an earlier release is not touched: a copy
 * of it is migrated, and deleted when closed.
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

/**
 * Checks that this program created a database, before it is read or written: a file from elsewhere may hold
 * triggers that fire on writes, endless views in place of tables, cyclic pages, or more rows than fit into memory.
 * Each process reads a file in full once; it checks the tables and counts their rows each time.
 * @throws CellsmithError 'run.damaged'
 */
export function checkDatabase(database: Database, path: string): void {
  const damaged = (what: string): CellsmithError =>
    new CellsmithError('run.damaged', `${path} ${what}; restore it from a copy of the run.`);
  const version = schemaVersion(database);
  const [found, expected] = [objectsOf(database), objectsAt(version)];
  for (const [name, form] of expected)
    if (found.get(name) !== form) throw damaged(`does not have ${name} in the expected form`);
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
    if (!holdsText(database, name)) throw damaged(`holds invalid text in its ${name}`);
  known.add(file);
}

/** Bytes that may not be text. libsql returns blobs as ArrayBuffers, and aborts the process on text that is not UTF-8. */
const bytes = z.instanceof(ArrayBuffer);
const text = bytes.transform((encoded, context) => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(encoded);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not text' });
    return z.NEVER;
  }
});
const objectRow = z.strictObject({ type: text, name: text, sql: text.nullable() });

/** Upper bound of schema entries; a run has far fewer. */
const mostObjects = 200;

/** Tables, indices, views and triggers, with their definitions; without those that are internal to SQLite. */
function objectsOf(database: Database): Map<string, string> {
  const columns = ['type', 'name', 'sql'].map(asBytes).join(', ');
  const rows = database.all(`SELECT ${columns} FROM sqlite_schema LIMIT ${mostObjects}`, [], objectRow);
  return new Map(
    rows
      .filter(
        ({ type, name }) => !/^sqlite_(sequence|autoindex_|stat\d)/.test(name) || type !== typeOfOwn(name),
      )
      // Releases of SQLite quote renamed objects and place spaces differently.
      .map(({ type, name, sql }) => [`the ${type} ${name}`, (sql ?? '').replace(/[\s"]+/g, '')]),
  );
}

function typeOfOwn(name: string): string {
  return name.startsWith('sqlite_autoindex_') ? 'index' : 'table';
}

const expectedObjects = new Map<number, Map<string, string>>();

/** The schema of a version: that of an empty database. */
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

/** Rows whose text is decoded at a time; a table may hold as much text as fits into memory. */
const textsAtATime = 16;

/** Whether the text of a table is UTF-8. Nearly all of it is plain ASCII, which SQLite itself detects. */
function holdsText(database: Database, table: string): boolean {
  const columns = textColumns(database, table);
  if (columns.length === 0) return true;
  // GLOB and length() stop at a character of code 0.
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
    // Below all row ids.
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

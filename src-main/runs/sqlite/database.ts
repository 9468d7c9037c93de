import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { z } from 'zod';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';

/** What can be bound to a `?` of a statement. */
export type Value = string | number | Uint8Array | null;

/**
 * The part of SQLite that the run store needs. It hides three quirks of libsql: arguments are always bound as one
 * array (a lone Buffer would panic), single rows are read through `all` (`get` adds an extra key), and a number that is not
 * finite is refused (it would silently become NULL).
 */
export interface Database {
  /** All rows, each parsed by `schema`; a row that does not fit means that the file is damaged ('run.damaged'). */
  all<T>(sql: string, values: readonly Value[], schema: z.ZodType<T>): T[];
  /** The first row, or undefined. */
  first<T>(sql: string, values: readonly Value[], schema: z.ZodType<T>): T | undefined;
  /** Runs a statement that returns no rows; gives the number of rows that it changed. */
  run(sql: string, values: readonly Value[]): number;
  /** Runs several statements without arguments. */
  script(sql: string): void;
  /**
   * Runs `work` atomically. Does not nest. Durable when it returns, unless it is `relaxed`: then a power cut (but not the end of the
   * process) may undo it and all later ones, until the next durable one.
   */
  transaction<T>(work: () => T, durability?: Durability): T;
  /** Reads a consistent snapshot, also while another process writes. Does not nest. */
  snapshot<T>(read: () => T): T;
  close(): void;
}

/** Whether a committed transaction survives a power cut. */
export type Durability = 'full' | 'relaxed';

/** Milliseconds to wait for another connection's lock. */
const busyTimeout = 10_000;

/**
 * Opens a database for writing, and creates it if missing. Commits are synced to the disk, so that they
 * survive a power cut; readers in other processes are not blocked (write-ahead log).
 * @param path absolute
 * @throws CellsmithError 'run.damaged', 'run.not-writable'
 */
export function openDatabase(path: string): Database {
  return opening(path, () => {
    const connection = new Libsql(path, { timeout: busyTimeout });
    connection.prepare('PRAGMA journal_mode = WAL').all([]);
    connection.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    return wrap(connection, path, true);
  });
}

/**
 * Opens an existing database to read, also while another process writes it. Where SQLite cannot keep its index of the
 * write-ahead log next to the file (a read-only folder or medium), the file is opened as immutable.
 * @param path absolute
 * @throws CellsmithError 'run.damaged', 'run.not-found'
 */
export function openDatabaseReadOnly(path: string): Database {
  const uri = pathToFileURL(path).href;
  const connect = (query: string): Libsql.Database => {
    const connection = new Libsql(`${uri}?${query}`, { timeout: busyTimeout });
    try {
      connection.prepare('SELECT count(*) FROM sqlite_schema').all([]);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  };
  return opening(path, () => {
    try {
      return wrap(connect('mode=ro'), path, false);
    } catch (error) {
      if (!/^SQLITE_(CANTOPEN|READONLY)/.test(sqliteCode(error))) throw error;
      return wrap(connect('mode=ro&immutable=1'), path, false);
    }
  });
}

function opening(path: string, open: () => Database): Database {
  try {
    return open();
  } catch (error) {
    throw storeError(error, path);
  }
}

function wrap(connection: Libsql.Database, path: string, writes: boolean): Database {
  const statements = new Map<string, Libsql.Statement>();
  const prepare = (sql: string): Libsql.Statement => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = connection.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw storeError(error, path);
    }
  };
  let synced: Durability = 'full';
  const syncAtCommit = (durability: Durability): void => {
    if (durability === synced) return;
    guarded(() => connection.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`));
    synced = durability;
  };
  const all = <T>(sql: string, values: readonly Value[], schema: z.ZodType<T>): T[] => {
    const rows = guarded(() => prepare(sql).all(bindable(values)));
    return rows.map((row) => parseRow(row, schema, path));
  };

  return {
    all,
    first: (sql, values, schema) => all(sql, values, schema)[0],
    run: (sql, values) => {
      // Outside of a transaction it commits by itself; within one, the transaction sets the durability.
      if (!connection.inTransaction) syncAtCommit('full');
      return guarded(() => prepare(sql).run(bindable(values)).changes);
    },
    script: (sql) => guarded(() => void connection.exec(sql)),
    transaction: (work, durability = 'full') => {
      syncAtCommit(durability);
      guarded(() => connection.exec('BEGIN IMMEDIATE'));
      try {
        const result = work();
        guarded(() => connection.exec('COMMIT'));
        return result;
      } catch (error) {
        if (connection.inTransaction) connection.exec('ROLLBACK');
        throw error;
      }
    },
    snapshot: (read) => {
      guarded(() => connection.exec('BEGIN DEFERRED'));
      try {
        return read();
      } finally {
        guarded(() => connection.exec('COMMIT'));
      }
    },
    close: () => {
      if (!connection.open) return;
      try {
        if (writes) guarded(() => foldLog(connection));
      } finally {
        statements.clear();
        connection.close();
      }
    },
  };
}

/**
 * Puts the write-ahead log back into the one file, so that a finished run is easy to copy and opens from read-only media.
 * Where a reader still has the database open, or the disk is full, this cannot be done, and the log stays next to it.
 */
function foldLog(connection: Libsql.Database): void {
  try {
    connection.prepare('PRAGMA busy_timeout = 0').all([]);
    connection.prepare('PRAGMA journal_mode = DELETE').all([]);
  } catch (error) {
    if (!/^SQLITE_(BUSY|LOCKED|FULL|IOERR)/.test(sqliteCode(error))) throw error;
  }
}

function bindable(values: readonly Value[]): Value[] {
  return values.map((value) => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new CellsmithError('internal', `A number that is not finite (${value}) cannot be stored.`);
    return value;
  });
}

function parseRow<T>(row: unknown, schema: z.ZodType<T>, path: string): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new CellsmithError(
    'run.damaged',
    `${path} holds a row that does not match its schema: ${parsed.error.message}`,
    {
      cause: parsed.error,
    },
  );
}

function sqliteCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function storeError(error: unknown, path: string): CellsmithError {
  if (error instanceof CellsmithError) return error;
  const code = sqliteCode(error);
  const cause = { cause: error };
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
    return new CellsmithError('run.damaged', `${path} is damaged: ${errorMessage(error)}.`, cause);
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY'))
    return new CellsmithError('run.not-writable', `${path} cannot be opened: ${errorMessage(error)}.`, cause);
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR'))
    return new CellsmithError(
      'run.not-writable',
      `${path} could not be written (${errorMessage(error)}): free some disk space and resume the run.`,
      cause,
    );
  // Our statements are valid, so a failing one means that the file was changed by something else.
  if (code.startsWith('SQLITE_') && !/^SQLITE_(BUSY|LOCKED|MISUSE|INTERRUPT)/.test(code))
    return new CellsmithError('run.damaged', `${path} is damaged: ${errorMessage(error)}.`, cause);
  return new CellsmithError('internal', `${path}: ${errorMessage(error)}`, cause);
}

/** Longer than any JSON of a run. */
const longest = 16 * 1024 * 1024;

/** Parses the JSON of a column, for a schema to check; adds an issue where it is not JSON. @param column named by the issue */
export function parseJson(text: string, context: z.RefinementCtx, column?: string): unknown {
  try {
    if (text.length > longest) throw new RangeError('It is too long.');
    return JSON.parse(text);
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'is not JSON, or too long',
      ...(column !== undefined && { path: [column] }),
    });
    return z.NEVER;
  }
}

/** A text column that holds JSON, to be piped into the schema of its content. */
export const jsonText = z.string().transform((text, context) => parseJson(text, context));

import { wholeNumber } from '../../../src-shared/format';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import { mostEpochs, mostTrials } from '../../../src-shared/limits';
import type { Database } from './database';

/** Limits of a table that is read whole. */
interface TableBound {
  readonly rows: number;
  /** Bytes of memory for its text and the values parsed from it. */
  readonly memory: number;
  /** How messages call a row. */
  readonly noun: string;
}

const MiB = 1024 * 1024;

/** Maximum number of sessions of a run. */
export const mostSessions = 10_000;

/**
 * Tables that are read whole, with far more than searches have: networks of 39 layers with skip connections, the paper's largest, take
 * about 17 kB each by this count, so 20,000 of them 340 MB. Events are read in pages, probabilities and parameters one row at a time.
 */
const bounds: Readonly<Record<string, TableBound>> = {
  trials: { rows: mostTrials, memory: 1024 * MiB, noun: 'children' },
  // Each batch has a child, and each update is that of a batch.
  batches: { rows: mostTrials, memory: 0, noun: 'batches' },
  controller_updates: { rows: mostTrials, memory: 128 * MiB, noun: 'updates of the controller' },
  evaluations: { rows: 2 * mostTrials, memory: 32 * MiB, noun: 'evaluations' },
  sessions: { rows: mostSessions, memory: 32 * MiB, noun: 'sessions' },
  epoch_records: { rows: 100 * mostTrials, memory: 1024 * MiB, noun: 'epochs' },
  parameter_copies: { rows: 10_000, memory: 0, noun: 'copies of parameters' },
};

/**
 * Checks that tables that are read whole do not have so many rows that they exhaust memory.
 * @param tables the tables of the database
 * @throws CellsmithError 'run.damaged'
 */
export function requireFewRows(database: Database, path: string, tables: readonly string[]): void {
  for (const [table, { rows, noun }] of boundsOf(tables)) {
    const count = numberOf(database, `SELECT count(*) AS number FROM ${table}`);
    if (count > rows) throw tooMuch(path, `${wholeNumber(count)} ${noun}`, wholeNumber(rows));
  }
}

/** As {@link requireFewRows}, by size of the content and by epochs of a child. Reads all rows. */
export function requireBoundedRows(database: Database, path: string, tables: readonly string[]): void {
  for (const [table, { memory, noun }] of boundsOf(tables)) {
    const columns = textColumns(database, table);
    if (columns.length === 0) continue;
    const sumOf = (term: (column: string) => string): number =>
      numberOf(database, `SELECT total(${columns.map(term).join(' + ')}) AS number FROM ${table}`);
    // Nearly always the length, which is read without the text, is enough to see that it is small.
    if (sumOf((column) => `coalesce(octet_length(${column}), 0)`) * mostTimesLarger <= memory) continue;
    const bytes = sumOf(memoryOf);
    if (bytes > memory)
      throw tooMuch(path, `${noun} that take ${wholeNumber(bytes)} bytes of memory`, wholeNumber(memory));
  }
  for (const table of tables.filter((name) => epochTables.includes(name))) {
    const row = z.strictObject({ trial: z.number(), number: z.int() });
    const sql = `SELECT trial, count(*) AS number FROM ${table} GROUP BY trial HAVING number > ? LIMIT 1`;
    const found = database.first(sql, [mostEpochs], row);
    if (found !== undefined)
      throw tooMuch(
        path,
        `${wholeNumber(found.number)} epochs of child ${found.trial}`,
        wholeNumber(mostEpochs),
      );
  }
}

/** Tables that are read child by child. */
const epochTables = ['epochs', 'language_epochs', 'epoch_records'];

/** Bytes of a list, and of each value behind another in one. */
const [listBytes, valueBytes] = [64, 8];

/** Maximum ratio of memory to text length after parsing, reached by nested empty lists. */
const mostTimesLarger = 1 + listBytes;

/** SQL for the approximate memory of a column's text and its parsed value. */
function memoryOf(column: string): string {
  const count = (character: string): string =>
    `(octet_length(${column}) - octet_length(replace(${column}, '${character}', '')))`;
  return `coalesce(octet_length(${column}) + ${listBytes} * ${count('[')} + ${valueBytes} * ${count(',')}, 0)`;
}

/** Names of a table's columns of text. */
export function textColumns(database: Database, table: string): string[] {
  const columnRow = z.looseObject({ name: z.string(), type: z.string() });
  return database
    .all(`PRAGMA table_info(${table})`, [], columnRow)
    .flatMap(({ name, type }) => (type === 'TEXT' ? [name] : []));
}

function boundsOf(tables: readonly string[]): [string, TableBound][] {
  return Object.entries(bounds).filter(([table]) => tables.includes(table));
}

function numberOf(database: Database, sql: string): number {
  return database.first(sql, [], z.strictObject({ number: z.number() }))?.number ?? 0;
}

function tooMuch(path: string, what: string, most: string): CellsmithError {
  return new CellsmithError(
    'run.damaged',
    `${path} holds ${what}, and at most ${most} are read; restore it from a copy of the run.`,
  );
}

import { z } from 'zod';
import { epochRecordSchema, type EpochRecord } from '../../../src-shared/tasks/data-kinds';
import { imageEpochRecordSchema } from '../../../src-shared/tasks/images/image-data';
import { languageEpochRecordSchema } from '../../../src-shared/tasks/text/text-data';
import { type Database, jsonText, type Value } from '../sqlite/database';
import { evaluationSchema, type EvaluatedSplit, type Evaluation } from '../../../src-shared/run/evaluation';

/** Where the epochs of a kind of data are: a row for each, by trial and epoch. */
interface EpochTable {
  readonly name: string;
  /** Those of a record, after trial and epoch. */
  readonly columns: readonly string[];
  readonly valuesOf: (record: EpochRecord) => readonly Value[];
  /** SQL for what is selected of a row, and its schema. */
  readonly selected: string;
  readonly row: z.ZodType<EpochRecord>;
}

/** A table with a column for each number of a record, named as its field is, in snake case. */
function columnTable(
  name: string,
  kind: EpochRecord['kind'],
  row: EpochTable['row'] & z.ZodObject,
): EpochTable {
  const fields = Object.keys(row.shape).filter((field) => field !== 'kind' && field !== 'epoch');
  const columns = fields.map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const named = columns.map((column, place) => `${column} AS ${fields[place] ?? column}`);
  return {
    name,
    columns,
    valuesOf: (record) => {
      const values = record as Readonly<Record<string, number | null>>;
      return fields.map((field) => values[field] ?? null);
    },
    selected: [`'${kind}' AS kind`, 'epoch', ...named].join(', '),
    row,
  };
}

/** Epochs of kinds without a table of their own, as JSON. */
const recordTable: EpochTable = {
  name: 'epoch_records',
  columns: ['record'],
  valuesOf: (record) => [JSON.stringify(record)],
  selected: 'record',
  row: z.strictObject({ record: jsonText.pipe(epochRecordSchema) }).transform(({ record }) => record),
};

const columnTables: ReadonlyMap<string, EpochTable> = new Map([
  ['images', columnTable('epochs', 'images', imageEpochRecordSchema)],
  ['text', columnTable('language_epochs', 'text', languageEpochRecordSchema)],
]);

/** A trial has epochs in one of them. */
const tables: readonly EpochTable[] = [...columnTables.values(), recordTable];

/** Adds what a child reached over an epoch. */
export function insertEpoch(database: Database, trial: number, record: EpochRecord): void {
  const { name, columns, valuesOf } = columnTables.get(record.kind) ?? recordTable;
  const places = columns.map(() => ', ?').join('');
  database.run(`INSERT INTO ${name} (trial, epoch, ${columns.join(', ')}) VALUES (?, ?${places})`, [
    trial,
    record.epoch,
    ...valuesOf(record),
  ]);
}

/** The epochs of a trial in order. */
export function readEpochs(database: Database, trial: number): EpochRecord[] {
  for (const { name, selected, row } of tables) {
    const found = database.all(
      `SELECT ${selected} FROM ${name} WHERE trial = ? ORDER BY epoch`,
      [trial],
      row,
    );
    if (found.length > 0) return found;
  }
  return [];
}

/** One epoch of a trial, or its last one for null; undefined where there is none. */
export function readEpoch(database: Database, trial: number, epoch: number | null): EpochRecord | undefined {
  const which = 'trial = ? AND (epoch = ? OR ? IS NULL) ORDER BY epoch DESC LIMIT 1';
  for (const { name, selected, row } of tables) {
    const found = database.first(
      `SELECT ${selected} FROM ${name} WHERE ${which}`,
      [trial, epoch, epoch],
      row,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Sets the epochs of a trial whose training begins: it keeps only those that it resumes from. */
export function replaceEpochs(database: Database, trial: number, records: readonly EpochRecord[]): void {
  for (const { name } of tables) database.run(`DELETE FROM ${name} WHERE trial = ?`, [trial]);
  for (const record of records) insertEpoch(database, trial, record);
}

/** SQL for the whole epochs of the trial of a number that SQL gives. */
export function epochsOfTrial(trial: string): string {
  const last = tables.map(
    ({ name }) => `coalesce((SELECT max(epoch) + 1 FROM ${name} WHERE trial = ${trial}), 0)`,
  );
  return `(${last.join(' + ')})`;
}

const row = z
  .strictObject({
    trial: z.int(),
    split: z.string(),
    metric: z.number().nullable(),
    draws: z.int(),
    at: z.number(),
  })
  .pipe(evaluationSchema);

/** Adds what a child reached. A child is evaluated once on each split. */
export function insertEvaluation(database: Database, evaluation: Evaluation): void {
  const { trial, split, metric, draws, at } = evaluation;
  database.run('INSERT INTO evaluations (trial, split, metric, draws, at) VALUES (?, ?, ?, ?, ?)', [
    ...[trial, split, metric, draws, at],
  ]);
}

/** All evaluations, by trial. */
export function readEvaluations(database: Database): Evaluation[] {
  return database.all('SELECT * FROM evaluations ORDER BY trial, split', [], row);
}

export function readEvaluation(
  database: Database,
  trial: number,
  split: EvaluatedSplit,
): Evaluation | undefined {
  return database.first('SELECT * FROM evaluations WHERE trial = ? AND split = ?', [trial, split], row);
}

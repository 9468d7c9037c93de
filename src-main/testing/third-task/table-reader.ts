import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CellsmithError } from '../../../src-shared/errors';
import { Generator } from '../../../src-shared/random';
import { defaultCacheDirectory } from '../../datasets/cache/cache-folder';
import type { DataReader, DatasetOptions, Place } from '../../datasets/open';
import { type FileTree, readSmallFile } from '../../datasets/trees/file-tree';
import type { tableData, TableDescription } from './table-data';

type Need = z.infer<typeof tableData.needSchema>;

/** The text of a file of comma-separated values. */
interface TableSource {
  readonly tree: FileTree;
  readonly text: string;
}

const rowsSchema = z.strictObject({
  fingerprint: z.string(),
  columns: z.array(z.string()),
  classes: z.array(z.string()),
  /** Numbers of each row, and the index of its class. */
  values: z.array(z.array(z.number())),
  labels: z.array(z.int().min(0)),
});
/** One part of a table, as its copy holds it. */
export type TableRows = z.infer<typeof rowsSchema>;

/** A folder with one file of comma-separated values: a head, columns of numbers, the class last. A fifth is the test split. */
export const tableReader: DataReader<Need, TableDescription, TableSource> = {
  kind: 'table',
  words: { is: () => 'holds a table', needed: 'a table is needed here.' },
  find: (view) => {
    const [name, ...others] = [...view.files.keys()].filter((file) => file.endsWith('.csv'));
    if (name === undefined || others.length > 0) return null;
    return {
      form: 'csv',
      open: async (signal) => {
        const bytes = await readSmallFile(view, name, signal);
        return { tree: view.tree, text: new TextDecoder().decode(bytes) };
      },
    };
  },
  findAtLast: () => null,
  recall: () => Promise.resolve(null),
  describe: async (place, located, options) => (await copyTable(place, options, located)).description,
  prepare: async (_need, place, options) => {
    const { description, folder } = await copyTable(place, options);
    return { description, trainFolder: join(folder, 'train') };
  },
  openTest: async (_need, place, options) => {
    const { description, folder } = await copyTable(place, options);
    return { kind: 'table', file: join(folder, 'test', 'rows.json'), count: description.rows.test };
  },
};

/** Reads a part from its copy. @param file of a test split, or `rows.json` of the folder for training */
export function readRows(file: string): TableRows {
  return rowsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

async function copyTable(
  place: Place<TableSource>,
  options: DatasetOptions,
  located?: Awaited<ReturnType<Place<TableSource>['locate']>>,
): Promise<{ readonly description: TableDescription; readonly folder: string }> {
  const { tree, text } = await place.open(located ?? (await place.locate()));
  const [head = [], ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const columns = head.slice(0, -1);
  const classes = [...new Set(lines.map((line) => line.at(-1) ?? ''))].sort();
  const fingerprint = createHash('sha256').update(text).digest('hex');
  const rows = Generator.seeded(0, 'split').shuffle(Int32Array.from(lines.keys()));
  const tests = Math.round(rows.length / 5);
  const part = (places: Int32Array): TableRows => {
    const chosen = [...places].map((row) => lines[row] ?? []);
    const values = chosen.map((line) => line.slice(0, -1).map(Number));
    if (values.some((row) => row.length !== columns.length || !row.every(Number.isFinite)))
      throw new CellsmithError('data.damaged', `${tree.location} has rows that are not numbers and a class.`);
    const labels = chosen.map((line) => classes.indexOf(line.at(-1) ?? ''));
    return { fingerprint, columns, classes, values, labels };
  };
  const folder = join(options.cacheDirectory ?? defaultCacheDirectory(), 'tables', fingerprint);
  const parts = { train: part(rows.slice(tests)), test: part(rows.slice(0, tests)) };
  for (const [name, held] of Object.entries(parts)) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'rows.json'), JSON.stringify(held));
  }
  const counts = { train: parts.train.labels.length, test: tests };
  const { location } = tree;
  return {
    description: { kind: 'table', location, columns, classes, rows: counts, fingerprint },
    folder,
  };
}

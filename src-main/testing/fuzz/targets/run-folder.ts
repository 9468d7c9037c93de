import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Libsql from 'libsql';
import type { Generator } from '../../../../src-shared/random';
import { readLog } from '../../../runs/files/log-file';
import { databaseFile } from '../../../runs/run-folder';
import type { FuzzTarget } from '../fuzz';
import { mutatedBytes } from '../mutate-bytes';
import { hostileText, hostileValue, mutatedJson } from '../mutate-json';
import { hostileRun, readWhole, resumeSearch } from './hostile-run';

/** run.json of a run whose other files are intact. */
export const manifestTarget: FuzzTarget = {
  name: 'run.json',
  prepare: async (places) => {
    const { folder, manifest, restore } = await hostileRun(places);
    restore();
    return (draw) => {
      writeFileSync(join(folder, 'run.json'), mutatedJson(manifest, draw));
      readWhole(folder);
    };
  },
};

/** run.sqlite with bytes changed anywhere. */
export const databaseBytesTarget: FuzzTarget = {
  name: 'run.sqlite, bytes',
  prepare: async (places) => {
    const { folder, database, restore } = await hostileRun(places);
    return async (draw) => {
      restore();
      writeFileSync(databaseFile(folder), mutatedBytes(database, draw));
      readWhole(folder);
      if (draw.integer(4) === 0) await resumeSearch(folder);
    };
  },
};

/** run.sqlite as SQLite itself would write it, with hostile rows, tables, views and triggers. */
export const databaseContentTarget: FuzzTarget = {
  name: 'run.sqlite, content',
  prepare: async (places) => {
    const { folder, restore } = await hostileRun(places);
    return async (draw) => {
      restore();
      changeContent(databaseFile(folder), draw);
      readWhole(folder);
      if (draw.integer(2) === 0) await resumeSearch(folder);
    };
  },
};

const tables = [
  'batches',
  'trials',
  'epochs',
  'controller_updates',
  'decision_probabilities',
  'checkpoint',
  'sessions',
  'events',
  'parameter_copies',
];
const endless = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n';

/**
 * One to three hostile SQL statements; those that SQLite rejects change nothing. Only the last changes the schema: a statement
 * after an endless trigger or view would never return here.
 */
function changeContent(path: string, draw: Generator): void {
  const connection = new Libsql(path);
  const pick = <T>(values: readonly T[]): T => values[draw.integer(values.length)] as T;
  try {
    // No statement makes the file larger than 64 MB.
    connection.exec(
      'PRAGMA max_page_count = 16384; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;',
    );
    for (let change = draw.integer(3); change >= 0; change--) {
      const table = pick(tables);
      try {
        const columns = connection.prepare(`PRAGMA table_info(${table})`).all([]) as { name: string }[];
        const column = pick(columns).name;
        if (change > 0 || draw.integer(2) === 0)
          connection.prepare(`UPDATE ${table} SET ${column} = ?`).run([valueOf(draw)]);
        else connection.exec(schemaChange(table, column, pick));
      } catch {
        // SQLite rejected the statement: nothing changed.
      }
    }
  } finally {
    connection.close();
  }
}

/** A value for a column: a number, text that may be JSON, or a blob. */
function valueOf(draw: Generator): string | number | Buffer | null {
  const value = hostileValue(draw);
  switch (draw.integer(4)) {
    case 0:
      return Buffer.alloc(draw.integer(4) === 0 ? 2_000_000 : draw.integer(100), draw.integer(256));
    case 1:
      return hostileText([value, 1, 2]);
    default:
      if (typeof value === 'boolean') return Number(value);
      return typeof value === 'object' ? hostileText(value) : (value as string | number);
  }
}

function schemaChange(table: string, column: string, pick: <T>(values: readonly T[]) => T): string {
  const event = pick(['INSERT', 'UPDATE', 'DELETE']);
  return pick([
    `DROP TABLE ${table}`,
    `DELETE FROM ${table}`,
    `ALTER TABLE ${table} DROP COLUMN ${column}`,
    `ALTER TABLE ${table} RENAME COLUMN ${column} TO other`,
    `ALTER TABLE ${table} RENAME TO kept; CREATE VIEW ${table} AS SELECT * FROM kept`,
    `ALTER TABLE ${table} RENAME TO kept; CREATE VIEW ${table} AS SELECT kept.* FROM kept, (${endless})`,
    `ALTER TABLE ${table} RENAME TO kept; CREATE TABLE ${table} AS SELECT kept.* FROM kept, kept AS more`,
    `ALTER TABLE ${table} ADD COLUMN more BLOB GENERATED ALWAYS AS (hex(zeroblob(30000000))) VIRTUAL`,
    `CREATE TRIGGER t AFTER ${event} ON ${table} BEGIN DELETE FROM trials; END`,
    `CREATE TRIGGER t AFTER ${event} ON ${table} BEGIN INSERT INTO events (at, type) ${endless.replace('SELECT x FROM n', "SELECT x, 'a' FROM n")}; END`,
    `CREATE INDEX i ON ${table} (hex(${column}))`,
    `UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER', 'TEXT') WHERE name = '${table}'`,
    `UPDATE sqlite_schema SET rootpage = ${pick([1, 2, 3, 4, 99_999])} WHERE name = '${table}'`,
    `UPDATE sqlite_schema SET name = 'sqlite_x' WHERE name = '${table}'`,
    `PRAGMA user_version = ${pick([0, 1, 2, 3, 4, 6, 2_147_483_647])}`,
    `CREATE TABLE more (a); INSERT INTO more VALUES (zeroblob(3000000))`,
  ]);
}

const entries = [
  'run.json',
  'run.sqlite',
  'run.sqlite-wal',
  'run.sqlite-shm',
  'run.sqlite-journal',
  'run.lock',
  'log.txt',
  'log.txt.1',
  'controller',
  'children',
  'checkpoints',
  'exports',
  'children/000001.safetensors',
  'checkpoints/000007.safetensors',
  'controller/00000001.state',
];

/** Entries of a run replaced by links, pipes or folders. */
export const linksTarget: FuzzTarget = {
  name: 'links in a run',
  prepare: async (places) => {
    const { folder, restore } = await hostileRun(places);
    const within = readdirSync(places.outside, { recursive: true }).map((name) =>
      join(places.outside, String(name)),
    );
    const targets = [
      ...within,
      join(places.outside, 'new'),
      places.outside,
      '/dev/zero',
      '/dev/full',
      '..',
      'run.json',
      'run.sqlite',
    ];
    return async (draw) => {
      restore();
      for (let change = draw.integer(2); change >= 0; change--) {
        const path = join(folder, entries[draw.integer(entries.length)] ?? '');
        // Files below an earlier link are outside this folder.
        if (lstatSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) continue;
        rmSync(path, { recursive: true, force: true });
        if (draw.integer(16) === 0 && process.platform !== 'win32') execFileSync('mkfifo', [path]);
        else symlinkSync(targets[draw.integer(targets.length)] ?? '', path);
      }
      readLog(folder, null);
      readWhole(folder);
      await resumeSearch(folder);
    };
  },
};

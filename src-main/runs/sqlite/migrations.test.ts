import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../testing/temporary-folder';
import { openDatabase, type Database } from './database';
import { migrate, schemaVersion } from './migrations';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = temporaryFolder('cellsmith-migrate-');
  database = openDatabase(join(folder, 'test.sqlite'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const first = 'CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);';
const second = 'ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 5;';

it('runs each migration once, in order, on databases of earlier releases', () => {
  migrate(database, 'test', [first]);
  migrate(database, 'test', [first]);
  expect(schemaVersion(database)).toBe(1);
  migrate(database, 'test', [first, second]);
  expect(schemaVersion(database)).toBe(2);
  expect(database.all('SELECT * FROM a', [], z.unknown())).toEqual([{ x: 1, y: 5 }]);
});

it('leaves the database unchanged when a migration fails half way', () => {
  expect(() => migrate(database, 'test', [first, 'CREATE TABLE b (x); SELECT nonsense;'])).toThrow(
    /nonsense/,
  );
  expect(schemaVersion(database)).toBe(1);
  const tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
  expect(database.all(tables, [], z.unknown())).toEqual([{ name: 'a' }]);
});

it('refuses the database of a later release', () => {
  migrate(database, 'test', [first, second]);
  expect(() => migrate(database, 'test', [first])).toThrow(
    expect.objectContaining({ code: 'run.newer-version' }) as Error,
  );
});

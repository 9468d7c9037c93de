import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../testing/temporary-folder';
import { openDatabase, openDatabaseReadOnly, type Database } from './database';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = temporaryFolder('cellsmith-database-');
  database = openDatabase(join(folder, 'test.sqlite'));
  database.script('CREATE TABLE a (x INTEGER)');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const insert = (x: number): number => database.run('INSERT INTO a VALUES (?)', [x]);

it('only relaxed transactions are not synced to the disk; others see them at once nevertheless', () => {
  const full = 2;
  const normal = 1;
  const synced = () =>
    database.first('PRAGMA synchronous', [], z.strictObject({ synchronous: z.int() }))?.synchronous;
  expect(synced()).toBe(full);
  database.transaction(() => insert(1), 'relaxed');
  expect(synced()).toBe(normal);
  database.transaction(() => insert(2));
  expect(synced()).toBe(full);
  database.transaction(() => insert(3), 'relaxed');
  insert(4);
  expect(synced()).toBe(full);
  const reader = openDatabaseReadOnly(join(folder, 'test.sqlite'));
  expect(reader.all('SELECT x FROM a', [], z.unknown())).toHaveLength(4);
  reader.close();
});

it('a relaxed transaction that fails half way leaves nothing', () => {
  const half = (): void => {
    insert(1);
    throw new Error('broke');
  };
  expect(() => database.transaction(half, 'relaxed')).toThrow('broke');
  expect(database.all('SELECT x FROM a', [], z.unknown())).toEqual([]);
});

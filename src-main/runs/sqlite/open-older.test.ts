import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder';
import { readProbabilities, readUpdates } from '../tables/updates';
import { openDatabase } from './database';
import { migrate, schemaVersion } from './migrate';
import { initial } from './migrations/0001-initial';
import { openInNewestSchema } from './open-older';

let folder: string;
let path: string;
beforeEach(() => {
  folder = temporaryFolder('cellsmith-older-');
  path = join(folder, 'run.sqlite');
  const database = openDatabase(path);
  migrate(database, path, [initial]);
  database.script(`
    INSERT INTO batches VALUES (1, 0, 1);
    INSERT INTO controller_updates VALUES (1, 1, 0, '[1,2]', 0.25, NULL, 2, 1.4, 99);`);
  database.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const update = {
  number: 1,
  replica: 0,
  trials: [1, 2],
  meanReward: 0.25,
  baseline: null,
  gradientNorm: 2,
  entropy: 1.4,
  entropies: {},
  sampledVersion: null,
  staleness: null,
};
const copies = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('cellsmith-older-run-'));

describe('the database of an earlier release', () => {
  it('is read in the newest schema without being touched, and leaves nothing behind', () => {
    const before = { bytes: readFileSync(path), copies: copies() };
    const database = openInNewestSchema(path);
    expect(readUpdates(database)).toEqual([update]);
    expect(readProbabilities(database, 1)).toEqual([]);
    database.close();
    expect(readFileSync(path).equals(before.bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['run.sqlite']);
    expect(copies()).toEqual(before.copies);
  });

  it('is brought to the newest schema when it is to be written, with all that it holds', () => {
    const database = openDatabase(path);
    migrate(database, path);
    expect(schemaVersion(database)).toBeGreaterThan(1);
    expect(readUpdates(database)).toEqual([update]);
    database.close();
    const read = openInNewestSchema(path);
    expect(readUpdates(read)).toEqual([update]);
    read.close();
  });
});

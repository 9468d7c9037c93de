import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder';
import { readProbabilities, readUpdates } from '../tables/batches';
import { openDatabase } from './database';
import { migrate, migrations, schemaVersion } from './migrations';
import { openInNewestSchema } from './check-database';

let folder: string;
let path: string;
beforeEach(() => {
  folder = temporaryFolder('cellsmith-older-');
  path = join(folder, 'run.sqlite');
  const database = openDatabase(path);
  migrate(database, path, migrations.slice(0, 1));
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
  diagnostics: { entropy: 1.4, gradientNorm: 2 },
};
const copies = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('cellsmith-older-run-'));

describe('the database of an earlier release', () => {
  it('is read in the newest schema without being changed, and leaves nothing behind', () => {
    const before = { bytes: readFileSync(path), copies: copies() };
    const database = openInNewestSchema(path);
    expect(readUpdates(database)).toEqual([update]);
    expect(readProbabilities(database, 1)).toEqual([]);
    database.close();
    expect(readFileSync(path).equals(before.bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['run.sqlite']);
    expect(copies()).toEqual(before.copies);
  });

  it('is migrated to the newest schema when opened for writing, with all its data', () => {
    const database = openDatabase(path);
    migrate(database, path);
    expect(schemaVersion(database)).toBeGreaterThan(1);
    expect(readUpdates(database)).toEqual([update]);
    database.close();
    const read = openInNewestSchema(path);
    expect(readUpdates(read)).toEqual([update]);
    read.close();
  });

  it('keeps the numbers of its updates to the last bit, without those that random search lacks', () => {
    const rows = (values: string): void => {
      const database = openDatabase(path);
      migrate(database, path, migrations.slice(0, 6));
      database.script(`DELETE FROM controller_updates; INSERT INTO controller_updates
        (number, batch, replica, trials, mean_reward, baseline, gradient_norm, entropy, at, entropies, sampled_version, staleness)
        VALUES ${values}`);
      database.close();
    };
    const read = () => {
      const database = openInNewestSchema(path);
      const found = readUpdates(database).map(({ diagnostics }) => diagnostics);
      database.close();
      return found;
    };
    const third = 1 / 3;
    rows(
      `(1, 1, 0, '[1]', 0.5, ${third}, 1e-300, 0.1, 9, '{"filterHeight":${third},"anchorPoint":0.2}', 4, 2)`,
    );
    expect(read()).toEqual([
      {
        entropy: 0.1,
        baseline: third,
        gradientNorm: 1e-300,
        sampledVersion: 4,
        staleness: 2,
        'entropy.filterHeight': third,
        'entropy.anchorPoint': 0.2,
      },
    ]);
  });

  it('of random search has no gradient', () => {
    const database = openDatabase(path);
    migrate(database, path, migrations.slice(0, 6));
    database.script('UPDATE controller_updates SET gradient_norm = 0, sampled_version = 0, staleness = 0');
    database.close();
    const read = openInNewestSchema(path);
    expect(readUpdates(read).map(({ diagnostics }) => diagnostics)).toEqual([{ entropy: 1.4 }]);
    read.close();
  });
});

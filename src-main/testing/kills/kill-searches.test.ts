import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder';
import { killSearches } from './kill-searches';
import { slowDisk } from './search-process';
import { tinySearch } from './tiny-search';

let folder: string;
beforeAll(() => {
  folder = temporaryFolder('cellsmith-kills-');
});
afterAll(() => rmSync(folder, { recursive: true }));

it.runIf(process.platform === 'linux')(
  'a search of real children that is killed repeatedly ends as an undisturbed one does',
  async () => {
    const report = await killSearches({
      program: join(inject('programs'), 'cli.js'),
      ...(await tinySearch(folder)),
      slowDisk: slowDisk(join(import.meta.dirname, 'slow-disk.c'), folder, 5),
      folder,
      kills: 4,
      seed: 3,
    });
    expect(report.kills).toHaveLength(4);
    expect(report.epochsOfASearch).toBeGreaterThan(10);
    expect(report).toMatchObject({ differences: [], epochsLost: 0, checkpointsDropped: 0 });
  },
  300_000,
);

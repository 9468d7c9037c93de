import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tinyDataset, type TinyDataset } from '../../testing/data/tiny-dataset';
import { tinyArchitecture, tinyRecipe } from '../../testing/data/tiny-images';
import { localPool } from './local-pool';
import { forkTrainer } from '../trainer-process';
import type { TrialJob } from '../protocol';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-test-split-'));
let dataset: TinyDataset;
beforeAll(async () => {
  dataset = await tinyDataset(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Trains a child in a process of its own on the decoded training part there, and gives all that it reports but times. */
async function train(data: string): Promise<unknown> {
  const pool = localPool({
    trainers: { count: 1, threads: 1, device: 'cpu' },
    spawn: forkTrainer(join(inject('programs'), 'trainer.js')),
  });
  try {
    const job: TrialJob = {
      trial: 1,
      child: { kind: 'images', architecture: tinyArchitecture, recipe: tinyRecipe },
      seed: 1,
      data,
      weights: null,
      checkpoint: null,
    };
    const result = await pool.run(job);
    expect(result.outcome).toBe('completed');
    return result.epochs.map((record) => ({ ...record, seconds: 0 }));
  } finally {
    await pool.close();
  }
}

/** Files below a folder, with their full names. */
function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((file) => statSync(file).isFile());
}

describe('the test split of the data', () => {
  it('is decoded, but outside of the folder that a trainer receives', () => {
    const test = filesBelow(join(folder, 'cache')).filter((file) => !file.startsWith(dataset.trainFolder));
    const size = tinyRecipe.side ** 2 * 3 * 40;
    expect(test.some((file) => statSync(file).size === size)).toBe(true);
    const below = filesBelow(dataset.trainFolder);
    expect(below.some((file) => statSync(file).size === size)).toBe(false);
  });

  it('does not affect training: a child is the same when the test split is altered or missing', async () => {
    const untouched = await train(dataset.trainFolder);

    const entry = dirname(dataset.trainFolder);
    for (const file of filesBelow(entry).filter((name) => !name.startsWith(dataset.trainFolder))) {
      const bytes = readFileSync(file);
      writeFileSync(
        file,
        bytes.map((byte) => 255 - byte),
      );
    }
    const source = readdirSync(dataset.source).filter((name) => name.startsWith('t10k'));
    for (const name of source) writeFileSync(join(dataset.source, name), 'altered');
    expect(await train(dataset.trainFolder)).toEqual(untouched);

    const alone = join(folder, 'elsewhere', 'train');
    cpSync(dataset.trainFolder, alone, { recursive: true });
    renameSync(join(folder, 'cache'), join(folder, 'away'));
    rmSync(dataset.source, { recursive: true });
    expect(await train(alone)).toEqual(untouched);
  });
});

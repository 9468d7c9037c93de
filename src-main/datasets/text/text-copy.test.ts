import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DatasetProgress } from '../../../src-shared/tasks/data-kind';
import { temporaryFolder, writeFiles } from '../../testing/data/image-datasets';
import { preparedLines, ptbFiles, readTokens } from '../../testing/data/tiny-dataset';
import { testUses } from '../cache/records';
import { loadTrainingTokens } from './text-reader';
import { openTestText, prepareText } from '../../testing/data/prepared';

let path: string;
let cacheDirectory: string;
beforeEach(() => {
  path = writeFiles(join(temporaryFolder(), 'data'), ptbFiles());
  cacheDirectory = join(temporaryFolder(), 'cache');
});

describe('the copy of a text', () => {
  it('is built once, and rebuilt when it is damaged or the files have changed', async () => {
    const stages = async () => {
      const seen = new Set<DatasetProgress['stage']>();
      const onProgress = ({ stage }: DatasetProgress): unknown => seen.add(stage);
      const { trainFolder } = await prepareText(path, { cacheDirectory, onProgress });
      return { trainFolder, stages: [...seen] };
    };
    const built = ['listing', 'reading', 'arranging'];
    const { trainFolder, stages: first } = await stages();
    expect(first).toEqual(built);
    expect((await stages()).stages).toEqual(['listing']);
    const whole = readTokens(join(trainFolder, 'tokens-train.bin'));
    for (const damage of [
      () => truncateSync(join(trainFolder, 'tokens-train.bin'), 100),
      () => writeFileSync(join(trainFolder, 'vocabulary.json'), '[]'),
      () => writeFileSync(join(trainFolder, 'dataset.json'), '{}'),
    ]) {
      damage();
      await expect(loadTrainingTokens(trainFolder)).rejects.toMatchObject({ code: 'data.damaged' });
      expect((await stages()).stages).toEqual(built);
      expect(readTokens(join(trainFolder, 'tokens-train.bin'))).toEqual(whole);
    }
    writeFileSync(join(path, 'ptb.train.txt'), preparedLines(10, 9));
    expect((await stages()).stages).toEqual(built);
  });

  it('has its test split where training has no path to it, and records who opens it', async () => {
    const { trainFolder, description } = await prepareText(path, { cacheDirectory });
    const tokens = await loadTrainingTokens(trainFolder);
    expect(JSON.stringify(tokens)).not.toMatch(/tokens-test|\/test\//);
    expect(readFileSync(join(trainFolder, 'dataset.json'), 'utf8')).not.toContain('tokens-test');
    expect(readdirSync(trainFolder).sort()).toEqual([
      'dataset.json',
      'tokens-train.bin',
      'tokens-valid.bin',
      'vocabulary.json',
    ]);
    expect(await testUses(cacheDirectory, description.fingerprint)).toEqual([]);
    const test = await openTestText(path, { cacheDirectory, purpose: 'final test of run 3' });
    expect(test.count).toBe(description.splits.test.tokens);
    const uses = await testUses(cacheDirectory, description.fingerprint);
    expect(uses).toMatchObject([{ purpose: 'final test of run 3', level: 'word', pid: process.pid }]);
    truncateSync(test.tokensFile, 4);
    const again = await openTestText(path, { cacheDirectory, purpose: 'after damage' });
    expect(readTokens(again.tokensFile)).toHaveLength(test.count);
    expect(dirname(test.tokensFile)).toBe(join(dirname(trainFolder), 'test'));
  });

  it('is not left half made when reading is cancelled, or the files change meanwhile', async () => {
    const abort = new AbortController();
    const onProgress = ({ stage }: DatasetProgress) => {
      if (stage === 'arranging') abort.abort();
    };
    await expect(
      prepareText(path, { cacheDirectory, onProgress, signal: abort.signal }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(readdirSync(cacheDirectory)).toEqual([]);
    const change = ({ stage }: DatasetProgress) => {
      if (stage === 'arranging') writeFileSync(join(path, 'ptb.test.txt'), 'changed');
    };
    await expect(prepareText(path, { cacheDirectory, onProgress: change })).rejects.toMatchObject({
      code: 'data.changed',
    });
  });
});

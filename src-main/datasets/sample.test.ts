import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/data/image-datasets';
import { describeDataset } from './prepare';
import { describeImages } from '../testing/data/prepared';

describe('the sample of images that ships with the program', () => {
  it('has 200 training and 50 test images of each of the ten classes, all readable, none twice', async () => {
    const path = join(import.meta.dirname, '..', '..', 'assets', 'cifar10-sample.tar.gz');
    const found = await describeImages(path, { cacheDirectory: temporaryFolder() });
    expect(found).toMatchObject({
      form: 'class-folders',
      container: 'tar',
      classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
      splits: {
        train: { count: 2000, perClass: new Array(10).fill(200) as number[] },
        test: { count: 500, perClass: new Array(10).fill(50) as number[] },
      },
      sizes: [{ width: 32, height: 32, count: 2500 }],
      duplicates: { withinTrain: 0, withinTest: 0, acrossSplits: 0 },
      unreadable: { count: 0 },
      warnings: [],
    });
    // the published moments of CIFAR-10 are 125.3, 123.0, 113.9 and 63.0, 62.1, 66.7; a sample comes near
    [125.3, 123, 113.9].forEach((mean, c) => expect(Math.abs((found.mean[c] ?? NaN) - mean)).toBeLessThan(3));
    [63, 62.1, 66.7].forEach((std, c) => expect(Math.abs((found.deviation[c] ?? NaN) - std)).toBeLessThan(3));
  });
});

describe('the sample text that ships with the program', () => {
  const path = join(import.meta.dirname, '..', '..', 'assets', 'tinyshakespeare.txt');
  const raw = readFileSync(path, 'utf8');

  it('has as many words as a regular expression finds in it, the 10,000 most frequent in the vocabulary', async () => {
    const found = await describeDataset(path, { cacheDirectory: temporaryFolder() });
    const words = raw.toLowerCase().match(/[a-z0-9]+(?:['-][a-z0-9]+)*|[^\sa-z0-9]/g) ?? [];
    const lines = raw.split('\n').length - 1;
    expect(found).toMatchObject({
      kind: 'text',
      form: 'plain-text',
      container: 'file',
      reading: { level: 'word', vocabularyLimit: 10_000, lowerCase: true, words: 'punctuation' },
      vocabularySize: 10_000,
      firstLines: [
        'first citizen :',
        'before we proceed any further , hear me speak .',
        '',
        'all :',
        'speak , speak .',
      ],
      warnings: [],
    });
    if (found.kind !== 'text') throw new Error('no text');
    const { train, valid, test } = found.splits;
    expect(train.tokens + valid.tokens + test.tokens).toBe(words.length + lines);
    expect(train.lines + valid.lines + test.lines).toBe(lines);
    for (const part of [valid, test]) {
      expect(part.tokens / (words.length + lines)).toBeCloseTo(0.05, 3);
      expect(part.outOfVocabularyRate).toBeLessThan(0.04);
    }
  });

  it('has its 65 characters, the end of a line among them, and <unk>', async () => {
    const options = { cacheDirectory: temporaryFolder(), text: { level: 'character' } } as const;
    const found = await describeDataset(path, options);
    expect(new Set(raw).size).toBe(65);
    expect(found).toMatchObject({ distinctTokens: 65, vocabularySize: 66, warnings: [] });
    if (found.kind !== 'text') throw new Error('no text');
    const { train, valid, test } = found.splits;
    expect(train.tokens + valid.tokens + test.tokens).toBe(raw.length);
  });
});

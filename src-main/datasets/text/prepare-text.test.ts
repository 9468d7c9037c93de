import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { textDatasetDescriptionSchema } from '../../../src-shared/tasks/text/text-description';
import {
  type Files,
  below,
  tarBytes,
  temporaryFolder,
  writeFiles,
  zipBytes,
} from '../../testing/data/image-datasets';
import { ptbFiles, preparedLines, readTokens } from '../../testing/data/tiny-dataset';
import { describeDataset } from '../prepare';
import type { DatasetOptions } from '../open';
import { loadText, openTestText } from '../../testing/data/prepared';

let folder: string;
let cacheDirectory: string;
beforeEach(() => {
  folder = temporaryFolder();
  cacheDirectory = join(temporaryFolder(), 'cache');
});

const write = (files: Files, name = 'data') => writeFiles(join(folder, name), files);

/** Everything of a text, read back from its copy, as the tokens themselves. */
async function readBack(path: string, text: DatasetOptions['text'] = {}) {
  const options = { cacheDirectory, text };
  const { vocabulary, ...rest } = await loadText(path, options);
  const test = await openTestText(path, { ...options, purpose: 'a test' });
  const spell = (file: string) => readTokens(file).map((id) => vocabulary[id] ?? `no token ${id}`);
  return {
    ...rest,
    vocabulary,
    train: spell(rest.trainFile),
    valid: spell(rest.validFile),
    test: spell(test.tokensFile),
  };
}

/** Mikolov's tokens, as the usual readers make them: the words of every line, and <eos>. */
const mikolov = (text: Files[string] | undefined) =>
  String(text).replaceAll('\n', ' <eos> ').trim().split(/ +/);

describe('a corpus in the form of Penn Treebank', () => {
  it('becomes the tokens of its lines with <eos> at their ends, ids by frequency', async () => {
    const files = ptbFiles();
    const found = await readBack(write(files));
    expect(found.train).toEqual(mikolov(files['ptb.train.txt']));
    expect(found.valid).toEqual(mikolov(files['ptb.valid.txt']));
    expect(found.test).toEqual(mikolov(files['ptb.test.txt']));
    expect(found.counts).toEqual({ train: found.train.length, valid: found.valid.length });
    const often = (token: string) => found.train.filter((each) => each === token).length;
    const expected = [...new Set(found.train)].sort((a, b) => often(b) - often(a) || (a < b ? -1 : 1));
    expect(found.vocabulary).toEqual(expected);
    expect(found.level).toBe('word');
  });

  it('is described', async () => {
    const files = ptbFiles();
    const found = await describeDataset(write(files), { cacheDirectory });
    expect(textDatasetDescriptionSchema.parse(found)).toEqual(found);
    const train = mikolov(files['ptb.train.txt']);
    const lengths = String(files['ptb.train.txt'])
      .trimEnd()
      .split('\n')
      .map((line) => mikolov(line).length + 1);
    expect(found).toMatchObject({
      kind: 'text',
      form: 'ptb',
      container: 'folder',
      files: 3,
      bytes: Object.values(files).reduce((sum, text) => sum + text.length, 0),
      reading: { level: 'word', vocabularyLimit: null, lowerCase: false, words: 'spaces' },
      splits: {
        train: { tokens: train.length, lines: 200, outOfVocabulary: 0 },
        valid: { tokens: mikolov(files['ptb.valid.txt']).length, lines: 40 },
        test: { tokens: mikolov(files['ptb.test.txt']).length, lines: 50 },
      },
      splitOrigin: { kind: 'given' },
      vocabularySize: new Set(train).size,
      distinctTokens: new Set(train).size,
      longestLine: { split: 'train', line: lengths.indexOf(21) + 1, tokens: 21 },
      firstLines: String(files['ptb.train.txt'])
        .split('\n')
        .slice(0, 5)
        .map((line) => line.trim()),
    });
    if (found.kind !== 'text') throw new Error('no text');
    expect(found.mostFrequent[0]?.count).toBe(
      train.filter((token) => token === found.mostFrequent[0]?.token).length,
    );
    expect(found.warnings.map(({ code }) => code)).toEqual(['tiny-split', 'tiny-split']);
  });

  it('has one fingerprint in any container, of any line ends and encoding, made as the documentation says', async () => {
    const files = ptbFiles();
    const changed = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, `\uFEFF${String(text).replaceAll('\n', '\r\n')}`]),
    );
    const wide = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, Buffer.from(`\uFEFF${String(text)}`, 'utf16le')]),
    );
    const tokens = Object.fromEntries(
      ['train', 'valid', 'test'].map((split) => [`wiki.${split}.tokens`, files[`ptb.${split}.txt`] ?? '']),
    );
    writeFiles(folder, {
      'a.tar': tarBytes(below('simple-examples/data', files)),
      'b.tgz': gzipSync(tarBytes(Object.fromEntries(Object.entries(files).reverse()))),
      'c.zip': zipBytes(files),
    });
    const places = [write(files), ...['a.tar', 'b.tgz', 'c.zip'].map((name) => join(folder, name))];
    places.push(write(changed, 'windows'), write(wide, 'wide'), write(tokens, 'wikitext'));
    places.push(join(folder, 'data', 'ptb.valid.txt'));
    const found = [];
    for (const place of places) found.push(await describeDataset(place, { cacheDirectory }));
    const hash = createHash('sha256').update('cellsmith text 1\npool 0\n');
    for (const split of ['train', 'valid', 'test']) {
      hash.update(`${split} 1\n`);
      hash.update(
        createHash('sha256')
          .update(files[`ptb.${split}.txt`] ?? '')
          .digest(),
      );
    }
    expect(new Set(found.map(({ fingerprint }) => fingerprint))).toEqual(new Set([hash.digest('hex')]));
    expect(found.map(({ form }) => form)).toEqual([
      ...Array.from({ length: 6 }, () => 'ptb'),
      'wikitext',
      'ptb',
    ]);
    const copies = readdirSync(cacheDirectory).filter((name) => name.includes('-word-'));
    expect(copies).toHaveLength(1);
  });

  it('is read by characters too, with one space between two words', async () => {
    const files = ptbFiles();
    const found = await readBack(write(files), { level: 'character' });
    const characters = String(files['ptb.valid.txt'])
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => [...Array.from(line.trim()), '<eos>']);
    expect(found.valid).toEqual(characters);
    expect(found.level).toBe('character');
  });

  it('has a vocabulary of the training split alone, and no more of it than asked for', async () => {
    const files = { ...ptbFiles(), 'ptb.test.txt': 'the zyzzyva said\n'.repeat(500) };
    const path = write(files);
    const found = await readBack(path);
    expect(found.vocabulary).not.toContain('zyzzyva');
    expect(found.test.slice(0, 4)).toEqual(['the', '<unk>', 'said', '<eos>']);
    const described = await describeDataset(path, { cacheDirectory });
    expect(described.splits.test).toMatchObject({ outOfVocabulary: 500, outOfVocabularyRate: 0.25 });
    expect(described.warnings.map(({ code }) => code)).toContain('out-of-vocabulary');
    const small = await readBack(path, { vocabularyLimit: 6 });
    expect(small.vocabulary).toHaveLength(6);
    expect(small.train).toEqual(
      found.train.map((token) => (small.vocabulary.includes(token) ? token : '<unk>')),
    );
    expect(small.fingerprint).toBe(found.fingerprint);
  });

  it('is warned of when lines of its test are among those to train on', async () => {
    const files = ptbFiles();
    const train = String(files['ptb.train.txt']);
    const found = await describeDataset(
      write({ ...files, 'ptb.test.txt': train.slice(0, train.length / 2) }),
      {
        cacheDirectory,
      },
    );
    const { sharedLines, comparedLines } =
      found.kind === 'text' ? found.splits.test : { sharedLines: 0, comparedLines: 0 };
    expect(comparedLines).toBeGreaterThan(50);
    expect(sharedLines).toBeGreaterThanOrEqual(comparedLines - 1); // the last may be cut
    expect(found.warnings).toContainEqual({
      code: 'shared-lines',
      message: expect.stringMatching(/of \d+ longer lines of the test split are also/) as string,
    });
  });
});

describe('plain text', () => {
  const prose = (lines: number) =>
    preparedLines(lines, 5)
      .split('\n')
      .map((line) => line.trim().replace(/^./, (first) => first.toUpperCase()))
      .join('.\n');

  it('is split into contiguous blocks at line ends by a seed; every line is in one split', async () => {
    const text = Array.from({ length: 1000 }, (_, i) => `line ${i} is here`).join('\n');
    const path = writeFiles(folder, { 'a.txt': text }) + '/a.txt';
    const lineNumbers = (tokens: readonly string[]) =>
      tokens
        .join(' ')
        .match(/line (\d+)/g)
        ?.map((m) => Number(m.slice(5))) ?? [];
    // nothing is cut from the vocabulary, so that each line is known by its number
    const options = { vocabularyLimit: null, split: { valid: 0.1, test: 0.1, seed: 3 } };
    const level = { ...options, level: 'character' } as const;
    const found = await readBack(path, level);
    const lines = (tokens: readonly string[]) => lineNumbers([tokens.join('').replaceAll('<eos>', ' ')]);
    const [train, valid, test] = [lines(found.train), lines(found.valid), lines(found.test)];
    expect([...train, ...valid, ...test].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    for (const part of [valid, test]) {
      expect(part).toEqual(Array.from(part, (_, i) => (part[0] ?? 0) + i));
      expect(Math.abs(part.length - 100)).toBeLessThan(10);
    }
    const again = await readBack(path, { ...level, split: { valid: 0.1, test: 0.1, seed: 4 } });
    expect(lines(again.valid)).not.toEqual(valid);
    expect(again.fingerprint).toBe(found.fingerprint);
  });

  it('is put in lower case and split at punctuation, its rarest words unknown', async () => {
    const path = write({ 'a.txt': prose(300), 'b.txt': prose(20) });
    const found = await readBack(path, { vocabularyLimit: 8 });
    expect(found.vocabulary).toHaveLength(8);
    expect(found.vocabulary).toContain('.');
    for (const token of found.train) expect(token).toBe(token.toLowerCase());
    const kept = await readBack(path, { lowerCase: false, words: 'spaces' });
    expect(kept.train.some((token) => /^[A-Z].*\.?$/.test(token))).toBe(true);
    expect(kept.vocabulary).not.toContain('.');
  });

  it('concatenates files in the order of their names, in any container, also a deeply nested one', async () => {
    const files = {
      'x/b.txt': 'two two two\n'.repeat(9),
      'x/a.txt': 'one one one',
      'x/c/d.txt': 'three three\n'.repeat(9),
    };
    writeFiles(folder, { 'a.tar': tarBytes(Object.fromEntries(Object.entries(files).reverse())) });
    const found = [
      await describeDataset(write(files), { cacheDirectory }),
      await describeDataset(join(folder, 'a.tar'), { cacheDirectory }),
    ];
    expect(found.map(({ form }) => form)).toEqual(['plain-text', 'plain-text']);
    expect(found[0]?.fingerprint).toBe(found[1]?.fingerprint);
    const hash = createHash('sha256').update('cellsmith text 1\npool 3\n');
    for (const text of ['one one one\n', files['x/b.txt'], files['x/c/d.txt']])
      hash.update(createHash('sha256').update(text).digest());
    expect(found[0]?.fingerprint).toBe(hash.update('train 0\nvalid 0\ntest 0\n').digest('hex'));
    const { train, valid, test } = await readBack(join(folder, 'a.tar'));
    const count = (word: string) => [...train, ...valid, ...test].filter((each) => each === word).length;
    expect([count('one'), count('two'), count('three'), count('<eos>')]).toEqual([3, 27, 18, 19]);
  });

  it('may be one line of a million characters; blocks then end within it', async () => {
    const path = write({ 'a.txt': 'never ending '.repeat(80_000) });
    const found = await describeDataset(path, { cacheDirectory });
    expect(found).toMatchObject({
      splits: { valid: { tokens: 8000 }, test: { tokens: 8000 }, train: { tokens: 144_001 } },
    });
    expect(found.warnings.map(({ code }) => code)).toEqual(['tiny-vocabulary', 'long-line']);
  });

  it('skips a readme, and says so', async () => {
    const found = await describeDataset(
      write({ 'a.txt': prose(50), 'b.txt': prose(50), 'README.txt': 'Hello' }),
      { cacheDirectory },
    );
    expect(found.files).toBe(2);
    expect(found.warnings).toContainEqual({
      code: 'unused-files',
      message: '1 file is not read: README.txt.',
    });
  });
});

import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CellsmithError } from '../../../src-shared/errors';
import {
  type Files,
  tarBytes,
  temporaryFolder,
  writeFiles,
  zipBytes,
} from '../../testing/data/image-datasets';
import { ptbFiles } from '../../testing/data/tiny-dataset';
import { openFolder, withoutRights } from '../../testing/without-rights';
import { describeDataset } from '../prepare';
import { prepareImages, prepareText } from '../../testing/data/prepared';

let folder: string;
let cacheDirectory: string;
beforeEach(() => {
  folder = temporaryFolder();
  cacheDirectory = join(temporaryFolder(), 'cache');
});

const write = (files: Files, name = 'data') => writeFiles(join(folder, name), files);

describe('what cannot be used', () => {
  const good = ptbFiles();
  it.each<[string, Files, string, RegExp]>([
    [
      'a missing split',
      { 'ptb.train.txt': 'a b\n' },
      'data.damaged',
      /lacks ptb\.valid\.txt and ptb\.test\.txt\. Download the whole corpus/,
    ],
    [
      'a missing split of WikiText',
      { 'wiki.train.tokens': 'a', 'wiki.test.tokens': 'b' },
      'data.damaged',
      /lacks wiki\.valid\.tokens/,
    ],
    ['an empty split', { ...good, 'ptb.valid.txt': '' }, 'data.empty', /ptb\.valid\.txt is empty/],
    [
      'a split of line ends',
      { ...good, 'ptb.test.txt': '\n \n\n' },
      'data.empty',
      /test split of .* holds no words/,
    ],
    [
      'nothing but line ends to train on',
      { ...good, 'ptb.train.txt': '\n\n\n\n' },
      'data.empty',
      /training split of .* nothing but "<eos>"/,
    ],
    ['a text of two words', { 'a.txt': 'Dear all' }, 'data.empty', /too short to be split: it has 3 tokens/],
    ['empty text', { 'a.txt': '', 'b.txt': '' }, 'data.empty', /too short to be split: it has 0 tokens/],
    [
      'an image called text',
      { ...good, 'ptb.valid.txt': Buffer.from([0x89, 0x50, 0x4e, 0x47]) },
      'data.damaged',
      /ptb\.valid\.txt is not valid UTF-8 at byte 0/,
    ],
    [
      'a damaged byte',
      { ...good, 'ptb.train.txt': Buffer.concat([Buffer.from('é'.repeat(700_000)), Buffer.from([0xff])]) },
      'data.damaged',
      /ptb\.train\.txt is not valid UTF-8 at byte 1400000/,
    ],
    [
      'two corpora',
      { 'a.train.txt': 'a', 'a.test.txt': 'a', 'b.train.txt': 'b', 'b.test.txt': 'b' },
      'data.not-recognised',
      /holds 2 corpora: a\.train\.txt, b\.train\.txt/,
    ],
  ])('%s is reported with advice', async (_, files, code, message) => {
    const work = describeDataset(write(files), { cacheDirectory });
    await expect(work).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(existsSync(cacheDirectory) ? readdirSync(cacheDirectory) : []).toEqual([]);
  });

  it('is reported for a text where images are needed, the other way, and for invalid options', async () => {
    const path = write(good);
    await expect(prepareImages(path, { cacheDirectory, side: 32 })).rejects.toThrow(
      /is a text, and images are needed/,
    );
    const sample = join(import.meta.dirname, '../../../assets/cifar10-sample.tar.gz');
    await expect(prepareText(sample, { cacheDirectory })).rejects.toThrow(
      /holds images \(class-folders\), and a text is needed/,
    );
    await expect(prepareText(path, { cacheDirectory, text: { vocabularyLimit: 2 } })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});

describe('without permission to read', () => {
  it.each(['ptb.valid.txt', ''])('%j is named', async (name) => {
    const data = writeFiles(join(openFolder(), 'data'), ptbFiles());
    chmodSync(join(data, name), 0);
    const directory = join(openFolder(), 'cache');
    const work = withoutRights(() => describeDataset(data, { cacheDirectory: directory }));
    await expect(work).rejects.toMatchObject({ code: 'data.not-readable' });
    await expect(work).rejects.toThrow(join(data, name));
  });

  it('a cache that cannot be written is named', async () => {
    const data = writeFiles(openFolder(), ptbFiles());
    const directory = temporaryFolder();
    chmodSync(directory, 0o555);
    const work = withoutRights(() => prepareText(data, { cacheDirectory: directory }));
    await expect(work).rejects.toMatchObject({ code: 'data.cache-not-writable' });
    await expect(work).rejects.toThrow(directory);
  });
});

describe('hostile input', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }).map((text) => new Uint8Array(Buffer.from(text))),
    fc.constantFrom(
      '',
      '\n',
      ' ',
      'a',
      '\uFEFF',
      '\r',
      '<eos> <unk>\n',
      '__proto__ constructor\n'.repeat(50),
    ),
  );
  const names = [
    'ptb.train.txt',
    'ptb.valid.txt',
    'ptb.test.txt',
    'a.txt',
    '.train.tokens',
    'wiki.test.tokens',
  ];
  const files = fc.dictionary(fc.constantFrom(...names), bytes, { minKeys: 1, maxKeys: 4 });
  const level = fc.constantFrom('word', 'character');

  /** Whatever comes out must be a description, or an error made for the user. */
  async function survives(path: string, read: 'word' | 'character'): Promise<void> {
    const found = await describeDataset(path, { cacheDirectory, text: { level: read } }).catch(
      (error: unknown) => error,
    );
    if (found instanceof Error) {
      expect(found).toBeInstanceOf(CellsmithError);
      expect(found).toMatchObject({ code: expect.stringMatching(/^data\.(?!cache)/) as string });
    } else {
      expect(found).toMatchObject({ kind: 'text' });
    }
  }

  it('in folders is described, or refused with an error for the user', async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(files, level, (contents, read) => survives(write(contents, String(n++)), read)),
      { numRuns: 60 },
    );
  });

  it('in archives too, and damaged ones', async () => {
    const good = ptbFiles();
    const archives = [tarBytes(good), zipBytes(good)];
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...archives), changes, level, async (archive, changed, read) => {
        const copy = Buffer.from(archive);
        for (const [at, to] of changed) copy[at % copy.length] = to;
        writeFileSync(join(folder, 'damaged'), copy);
        await survives(join(folder, 'damaged'), read);
      }),
      { numRuns: 60 },
    );
  });
});

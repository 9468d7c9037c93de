import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../testing/data/image-datasets';
import {
  classFolderFiles,
  makeImages,
  png,
  temporaryFolder,
  writeFiles,
} from '../../testing/data/image-datasets';
import { describeImages } from '../../testing/data/prepared';

let folder: string;
let cacheDirectory: string;
beforeEach(() => {
  folder = temporaryFolder();
  cacheDirectory = join(temporaryFolder(), 'cache');
});

const describeFiles = (files: Files) =>
  describeImages(writeFiles(join(folder, 'data'), files), { cacheDirectory });

describe('class folders', () => {
  const small = { classes: ['cat', 'dog', '10', '9'], train: 8, test: 4, width: 6, height: 5 };

  it('are ordered by number, then by name, and may be nested and mixed in case', async () => {
    const files = await classFolderFiles(makeImages(small));
    const renamed = Object.fromEntries(
      Object.entries(files).map(([path, bytes]) => [
        path
          .replace('train/', 'Training/')
          .replace('test/', 'TEST/')
          .replace(/\/(\d+)\.png$/, '/images/$1.PNG'),
        bytes,
      ]),
    );
    expect((await describeFiles(renamed)).classes).toEqual(['9', '10', 'cat', 'dog']);
  });

  it('without a test folder give a test split by seed, the same for every container', async () => {
    const images = makeImages({ classes: ['a', 'b', 'c'], train: 30, test: 0, width: 4, height: 4 });
    const files = await classFolderFiles(images);
    const flat = Object.fromEntries(
      Object.entries(files).map(([path, bytes]) => [path.slice('train/'.length), bytes]),
    );
    const onlyTrain = await describeFiles(files);
    const found = await describeImages(writeFiles(join(folder, 'flat'), flat), { cacheDirectory });
    const other = await describeImages(join(folder, 'flat'), {
      cacheDirectory,
      testDraw: { fraction: 0.3, seed: 5 },
    });
    expect(found.splits).toEqual({
      train: { count: 25, perClass: expect.anything() as number[] },
      test: { count: 5, perClass: expect.anything() as number[] },
    });
    expect(found.testSplit).toEqual({ kind: 'drawn', fraction: 1 / 6, seed: 0 });
    expect(onlyTrain.fingerprint).toBe(found.fingerprint);
    expect(onlyTrain.mean).toEqual(found.mean);
    expect(other.splits.test).toEqual({ count: 9, perClass: [3, 3, 3] });
    expect(other.fingerprint).toBe(found.fingerprint);
  });

  it('take val/ for the test split, or leave it out, and say which', async () => {
    const files = await classFolderFiles(makeImages(small));
    const renamed = Object.fromEntries(
      Object.entries(files).map(([path, bytes]) => [path.replace('test/', 'val/'), bytes]),
    );
    const renamedOnly = await describeFiles(renamed);
    expect(renamedOnly.splits.test.count).toBe(4);
    expect(renamedOnly.warnings).toContainEqual({
      code: 'unused-split',
      message: 'There is no test folder: val/ is used as the test split.',
    });
    const both = await describeImages(writeFiles(join(folder, 'both'), { ...files, ...renamed }), {
      cacheDirectory,
    });
    expect(both.fingerprint).toBe(renamedOnly.fingerprint);
    expect(both.warnings).toContainEqual({
      code: 'unused-split',
      message: 'val/ is not used: the validation split is drawn from train/.',
    });
    expect(both.warnings.some((warning) => warning.code === 'unused-files')).toBe(false);
  });

  it('list what cannot be decoded, with the reason, and describe the rest', async () => {
    const files = await classFolderFiles(makeImages(small));
    const good = await png(makeImages(small).train[0] ?? { width: 1, height: 1, pixels: new Uint8Array(3) });
    const found = await describeFiles({
      ...files,
      'train/cat/empty.png': '',
      'train/cat/cut.png': good.subarray(0, good.length - 40),
      'train/dog/text.jpg': 'this is no image',
      'train/dog/head.jpg': Buffer.from('ffd8ffe000104a46494600', 'hex'),
      'train/dog/drawing.png': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      'train/dog/notes.txt': 'x',
    });
    expect(found.splits.train.count).toBe(8);
    expect(found.unreadable.count).toBe(5);
    const reasons = Object.fromEntries(
      found.unreadable.files.map(({ file, reason }) => [file.replace(/.*\//, ''), reason]),
    );
    expect(reasons['empty.png']).toMatch(/empty\.png is empty/);
    expect(reasons['cut.png']).toMatch(/cut\.png cannot be decoded/);
    expect(reasons['text.jpg']).toMatch(/neither a PNG nor a JPEG/);
    expect(reasons['head.jpg']).toMatch(/head\.jpg cannot be decoded/);
    expect(reasons['drawing.png']).toMatch(/neither a PNG nor a JPEG/);
    const messages = new Map(found.warnings.map(({ code, message }) => [code, message]));
    expect(messages.get('unreadable-files')).toBe('5 files cannot be read.');
    expect(messages.get('unused-files')).toMatch(
      /^1 file is not a PNG or JPEG file in a class folder and is skipped/,
    );
  });

  it('find copies, copies across the splits, and copies under another class', async () => {
    const files = await classFolderFiles(makeImages(small));
    const copy = files['train/cat/0000.png'] ?? '';
    const found = await describeFiles({
      ...files,
      'train/cat/copy.png': copy,
      'test/cat/leak.png': copy,
      'train/dog/other.png': copy,
    });
    expect(found.duplicates).toMatchObject({
      withinTrain: 2,
      withinTest: 0,
      acrossSplits: 1,
      conflictingLabels: 1,
    });
    expect(found.duplicates.examples).toHaveLength(1);
    expect(found.duplicates.examples[0]?.map((name) => name.replace(/.*data\//, '')).sort()).toEqual([
      'test/cat/leak.png',
      'train/cat/0000.png',
      'train/cat/copy.png',
      'train/dog/other.png',
    ]);
    expect(found.warnings.map((warning) => warning.code)).toEqual(
      expect.arrayContaining(['test-leak', 'duplicates', 'conflicting-labels']),
    );
  });

  it('warn of imbalance, tiny classes and mixed sizes', async () => {
    const many = await classFolderFiles(
      makeImages({ classes: ['many'], train: 33, test: 1, width: 3, height: 3 }),
    );
    const few = await classFolderFiles(
      makeImages({ classes: ['few'], train: 3, test: 1, width: 4, height: 4 }),
    );
    const found = await describeFiles({ ...many, ...few });
    expect(found.sizes).toEqual([
      { width: 3, height: 3, count: 34 },
      { width: 4, height: 4, count: 4 },
    ]);
    const codes = found.warnings.map((warning) => warning.code);
    expect(codes).toEqual(expect.arrayContaining(['class-imbalance', 'tiny-class', 'mixed-sizes']));
    expect(found.warnings.find((warning) => warning.code === 'tiny-class')?.message).toBe(
      'Fewer than 20 training images: few.',
    );
  });

  it.each<[string, (files: Files) => Files, string, RegExp]>([
    [
      'with a class for tests only',
      (f) => ({ ...f, 'test/bird/1.png': f['test/dog/0001.png'] ?? '' }),
      'data.damaged',
      /test\/bird\/1\.png belongs to the class "bird", which has no training images/,
    ],
    [
      'with empty tests',
      (f) => ({
        ...Object.fromEntries(Object.entries(f).filter(([path]) => !path.startsWith('test'))),
        'test/readme.txt': 'x',
      }),
      'data.empty',
      /test folder .* holds no images/,
    ],
    [
      'all unreadable',
      (f) => Object.fromEntries(Object.keys(f).map((path) => [path, 'x'])),
      'data.empty',
      /no readable training images/,
    ],
  ])('%s are an error that says so', async (_what, change, code, message) => {
    const work = describeFiles(change(await classFolderFiles(makeImages(small))));
    await expect(work).rejects.toThrow(message);
    await expect(work).rejects.toMatchObject({ code });
  });
});

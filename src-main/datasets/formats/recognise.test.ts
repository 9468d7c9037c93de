import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../testing/data/image-datasets';
import {
  below,
  cifarBinaryFiles,
  classFolderFiles,
  idxFiles,
  makeImages,
  tarBytes,
  temporaryFolder,
  writeFiles,
  zipBytes,
} from '../../testing/data/image-datasets';
import { describeImages, recogniseAt } from '../../testing/data/prepared';

let folder: string;
let cacheDirectory: string;
beforeEach(() => {
  folder = temporaryFolder();
  cacheDirectory = join(temporaryFolder(), 'cache');
});

const describeFiles = (files: Files) =>
  describeImages(writeFiles(join(folder, 'data'), files), { cacheDirectory });

describe('the same images in another container', () => {
  it('have the same fingerprint: binary version, class folders, tar, zip, a folder further down', async () => {
    const images = makeImages({ train: 30, test: 10 });
    const binary = cifarBinaryFiles(images);
    const png = await classFolderFiles(images);
    const places = [
      writeFiles(join(folder, 'binary'), binary),
      writeFiles(join(folder, 'deeper'), {
        ...below('x/cifar-10-batches-bin', binary),
        'x/readme.html': 'hello',
      }),
      writeFiles(join(folder, 'folders'), png),
    ];
    const archives = {
      'a.tar': tarBytes(below('data', png)),
      'b.tgz': gzipSync(tarBytes(binary)),
      'c.zip': zipBytes(png),
    };
    writeFiles(folder, archives);
    places.push(...Object.keys(archives).map((name) => join(folder, name)));
    const found = [];
    for (const place of places) found.push(await describeImages(place, { cacheDirectory }));
    expect(found.map((each) => each.form)).toEqual([
      'cifar10-binary',
      'cifar10-binary',
      'class-folders',
      'class-folders',
      'cifar10-binary',
      'class-folders',
    ]);
    expect(new Set(found.map((each) => each.fingerprint)).size).toBe(1);
    expect(new Set(found.map((each) => JSON.stringify([each.mean, each.splits, each.sizes]))).size).toBe(1);
  });

  it('have another fingerprint when one pixel, one label or one class name differs', async () => {
    const images = makeImages({ classes: ['a', 'b'], train: 4, test: 2 });
    const [first, ...others] = images.train;
    if (!first) throw new Error('no image');
    const variants = [
      images,
      {
        ...images,
        train: [{ ...first, pixels: first.pixels.with(7, (first.pixels[7] ?? 0) ^ 1) }, ...others],
      },
      { ...images, train: [{ ...first, label: 1 }, ...others] },
      { ...images, classes: ['a', 'c'] },
      { ...images, train: images.test, test: images.train },
    ];
    const found = new Set<string>();
    for (const [i, variant] of variants.entries()) {
      const place = writeFiles(join(folder, String(i)), await classFolderFiles(variant));
      found.add((await describeImages(place, { cacheDirectory })).fingerprint);
    }
    expect(found.size).toBe(variants.length);
  });
});

describe('a folder in an unknown format', () => {
  it('throws an error with what was found and what is expected', async () => {
    const work = describeFiles({ 'a.txt': 'a', 'b.txt': 'b', 'sub/c.csv': 'c', Makefile: '' });
    await expect(work).rejects.toMatchObject({ code: 'data.not-recognised' });
    await expect(work).rejects.toThrow(
      /it contains 4 files \(2 \.txt, 1 without extension, 1 \.csv\) in 2 folders\. Expected CIFAR-10 or CIFAR-100 .*, IDX files .*class folders/,
    );
  });

  it('is an error when it has no files, or only what systems leave', async () => {
    await expect(describeFiles({ '.DS_Store': 'x', '__MACOSX/train/cat/1.png': 'x' })).rejects.toMatchObject({
      code: 'data.empty',
    });
  });

  it('is an error when it holds two data sets, and names them', async () => {
    const binary = cifarBinaryFiles(makeImages({}));
    const idx = idxFiles(makeImages({}));
    await expect(describeFiles({ ...below('one', binary), ...below('two', idx) })).rejects.toThrow(
      /holds 2 data sets: one \(cifar10-binary\), two \(idx\)\. Choose one/,
    );
  });

  it('is an error when its class folders are one', async () => {
    const one = await classFolderFiles(
      makeImages({ classes: ['cat'], train: 3, test: 2, width: 3, height: 3 }),
    );
    await expect(describeFiles(one)).rejects.toMatchObject({ code: 'data.not-recognised' });
  });
});

describe('opening', () => {
  it('reports progress and can be cancelled', async () => {
    const data = writeFiles(
      join(folder, 'data'),
      await classFolderFiles(makeImages({ train: 60, width: 8, height: 8 })),
    );
    const seen: string[] = [];
    const found = await describeImages(data, {
      cacheDirectory,
      onProgress: ({ stage, done, total, millisecondsLeft }) => {
        if (total !== null)
          seen.push(`${stage} ${done}/${total} ${millisecondsLeft === null ? '' : 'estimated'}`);
      },
    });
    expect(found.splits.train.count).toBe(60);
    expect(seen).toContain('reading 0/70 ');
    expect(seen.at(-1)).toMatch(/^(listing|reading 70\/70 estimated)/);
    expect(seen).toContain('reading 70/70 estimated');

    const abort = new AbortController();
    const cancelled = describeImages(data, {
      cacheDirectory: join(folder, 'other'),
      signal: abort.signal,
      onProgress: ({ stage }) => {
        if (stage === 'reading') abort.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('reports that a file changed while it was read', async () => {
    const data = writeFiles(join(folder, 'data'), cifarBinaryFiles(makeImages({})));
    const work = describeImages(data, {
      cacheDirectory,
      onProgress: ({ stage, done }) => {
        if (stage === 'reading' && done > 0) writeFileSync(join(data, 'batches.meta.txt'), 'changed');
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'data.changed' });
    expect((await recogniseAt(data).catch((error: unknown) => error)) as object).toMatchObject({
      code: 'data.damaged',
    });
  });
});

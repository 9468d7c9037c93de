import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  cifarBinaryFiles,
  classFolderFiles,
  makeImages,
  temporaryFolder,
  writeFiles,
} from '../../testing/data/image-datasets';
import { loadTrainingData, computeWhitening } from './load-training-data';
import { testUses } from '../cache/records';
import { loadImages, openTestImages, prepareImages } from '../../testing/data/prepared';

let folder: string;
let cacheDirectory: string;
const images = makeImages({ train: 40, test: 20 });
beforeEach(() => {
  folder = writeFiles(join(temporaryFolder(), 'data'), cifarBinaryFiles(images));
  cacheDirectory = join(temporaryFolder(), 'cache');
});

describe('training data', () => {
  it('are the training images, byte for byte, in files of exactly their size', async () => {
    const data = await loadImages(folder, { cacheDirectory, side: 32, validation: 10, seed: 7 });
    expect(data).toMatchObject({ count: 40, side: 32, channels: 3, classes: images.classes });
    const pixelFile = readFileSync(data.imagesFile);
    const labels = readFileSync(data.labelsFile);
    expect(pixelFile).toHaveLength(40 * 32 * 32 * 3);
    expect(labels).toHaveLength(40 * 4);
    const found = Array.from({ length: 40 }, (_, i) => {
      const pixels = pixelFile.subarray(i * 3072, (i + 1) * 3072).toString('hex');
      return `${labels.readInt32LE(4 * i)} ${pixels}`;
    });
    const made = images.train.map(({ label, pixels }) => `${label} ${Buffer.from(pixels).toString('hex')}`);
    expect(found.sort()).toEqual(made.sort());
    expect([...data.trainIndices, ...data.validationIndices].sort((a, b) => a - b)).toEqual([
      ...Array(40).keys(),
    ]);
    expect(data.validationIndices).toHaveLength(10);
  });

  it('are resized to the side that is asked for', async () => {
    const odd = makeImages({ classes: ['a', 'b'], train: 6, test: 2, width: 20, height: 11 });
    const path = writeFiles(join(temporaryFolder(), 'odd'), await classFolderFiles(odd));
    const data = await loadImages(path, { cacheDirectory, side: 16, validation: 2, seed: 7 });
    const pixelFile = readFileSync(data.imagesFile);
    expect(pixelFile).toHaveLength(6 * 16 * 16 * 3);
    const found = Array.from({ length: 6 }, (_, i) =>
      pixelFile.subarray(i * 768, (i + 1) * 768).toString('hex'),
    );
    const wanted = await Promise.all(
      odd.train.map(async ({ pixels, width, height }) => {
        const raw = { width, height, channels: 3 } as const;
        const resized = await sharp(pixels, { raw }).resize(16, 16, { fit: 'fill' }).raw().toBuffer();
        return resized.toString('hex');
      }),
    );
    expect(found.sort()).toEqual(wanted.sort());
  });

  it('are whitened by the images that are trained on, and by no others', async () => {
    const data = await loadImages(folder, { cacheDirectory, side: 32, validation: 10, seed: 7 });
    const pixelFile = readFileSync(data.imagesFile);
    const moments = (indices: Int32Array): { mean: number[]; std: number[] } => {
      const channels = [0, 1, 2].map((channel) =>
        Array.from(indices).flatMap((index) =>
          Array.from(pixelFile.subarray(index * 3072, (index + 1) * 3072)).filter(
            (_, i) => i % 3 === channel,
          ),
        ),
      );
      const mean = channels.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
      const std = channels.map((values, c) =>
        Math.sqrt(values.reduce((sum, value) => sum + (value - (mean[c] ?? 0)) ** 2, 0) / values.length),
      );
      return { mean, std };
    };
    const { mean, std } = moments(data.trainIndices);
    for (const c of [0, 1, 2]) {
      expect(data.mean[c]).toBeCloseTo(mean[c] ?? NaN, 8);
      expect(data.std[c]).toBeCloseTo(std[c] ?? NaN, 8);
    }
    const every = moments(Int32Array.from({ length: 40 }, (_, i) => i));
    expect(data.mean[0]).not.toBeCloseTo(every.mean[0] ?? NaN, 8);

    // the second time they come from the file next to the images; a damaged one is recomputed
    const kept = readdirSync(join(data.imagesFile, '..')).filter((name) => name.startsWith('whitening-'));
    expect(kept).toHaveLength(1);
    writeFileSync(join(data.imagesFile, '..', kept[0] ?? ''), '{"mean":');
    const again = await loadImages(folder, { cacheDirectory, side: 32, validation: 10, seed: 7 });
    expect(again).toEqual(data);
  });

  it('have a deviation that can divide, even without variation', async () => {
    const file = join(folder, 'flat.bin');
    writeFileSync(file, Buffer.alloc(3 * 12, 9));
    expect(await computeWhitening(file, 2, Int32Array.of(0, 2))).toEqual({ mean: [9, 9, 9], std: [1, 1, 1] });
  });

  it('are split the same from any container, and on any machine', async () => {
    const other = writeFiles(join(temporaryFolder(), 'png'), await classFolderFiles(images));
    const options = { cacheDirectory, side: 32, validation: 0.2, seed: 3 };
    const binary = await loadImages(folder, options);
    const png = await loadImages(other, { ...options, cacheDirectory: join(cacheDirectory, 'other') });
    expect(png.validationIndices).toEqual(binary.validationIndices);
    expect(readFileSync(png.imagesFile).equals(readFileSync(binary.imagesFile))).toBe(true);
  });

  it('with unreadable images are refused by name, or come without them when that is chosen', async () => {
    const files = { ...(await classFolderFiles(images)), 'train/cat/broken.jpg': 'x' };
    const path = writeFiles(join(temporaryFolder(), 'png'), files);
    const options = { cacheDirectory, side: 32, validation: 4, seed: 3 };
    await expect(loadImages(path, options)).rejects.toMatchObject({ code: 'data.damaged' });
    await expect(loadImages(path, options)).rejects.toThrow(
      /1 of the images cannot be read: .*train\/cat\/broken\.jpg/,
    );
    expect((await loadImages(path, { ...options, unreadable: 'skip' })).count).toBe(40);
  });
});

describe('the test split', () => {
  it('is not named by anything that a search or a trainer is given, and does not lie below it', async () => {
    const prepared = await prepareImages(folder, { cacheDirectory, side: 32 });
    const { trainFolder } = prepared;
    const data = await loadTrainingData({ trainFolder, validation: 10, seed: 7 });
    const test = await openTestImages(folder, { cacheDirectory, side: 32, purpose: 'this test' });
    const given = JSON.stringify([
      { ...prepared, description: { ...prepared.description, location: '' } },
      data,
    ]);
    expect(given).not.toContain(test.imagesFile);
    expect(given).not.toContain(test.labelsFile);
    expect(relative(trainFolder, test.imagesFile)).toMatch(/^\.\./);
    expect(readdirSync(trainFolder).filter((name) => name.includes('test'))).toEqual([]);
  });

  it('is not read in training: without it, and without the source, training data are the same', async () => {
    const { trainFolder } = await prepareImages(folder, { cacheDirectory, side: 32 });
    const before = await loadTrainingData({ trainFolder, validation: 10, seed: 7 });
    rmSync(join(trainFolder, '..', 'test'), { recursive: true });
    const byPath = await loadImages(folder, { cacheDirectory, side: 32, validation: 10, seed: 7 });
    renameSync(folder, `${folder}-away`);
    expect(await loadTrainingData({ trainFolder, validation: 10, seed: 7 })).toEqual(before);
    expect(byPath).toEqual(before);
  });

  it('is opened by a separate function, which records it and rebuilds it when it is damaged', async () => {
    const { description, trainFolder } = await prepareImages(folder, { cacheDirectory, side: 32 });
    expect(await testUses(cacheDirectory, description.fingerprint)).toEqual([]);
    const test = await openTestImages(folder, { cacheDirectory, side: 32, purpose: 'final test' });
    const pixelFile = readFileSync(test.imagesFile);
    expect(pixelFile).toHaveLength(20 * 3072);
    const made = images.test.map(({ pixels }) => Buffer.from(pixels).toString('hex'));
    const found = Array.from({ length: 20 }, (_, i) =>
      pixelFile.subarray(i * 3072, (i + 1) * 3072).toString('hex'),
    );
    expect(found.sort()).toEqual(made.sort());

    rmSync(join(trainFolder, '..', 'test'), { recursive: true });
    const again = await openTestImages(folder, { cacheDirectory, side: 32, purpose: 'once more' });
    expect(readFileSync(again.imagesFile).equals(pixelFile)).toBe(true);
    const uses = await testUses(cacheDirectory, description.fingerprint);
    expect(uses.map(({ purpose, side, pid }) => [purpose, side, pid])).toEqual([
      ['final test', 32, process.pid],
      ['once more', 32, process.pid],
    ]);
    expect(await testUses(cacheDirectory, 'another')).toEqual([]);
  });

  it('can be passed to a trainer as a folder', async () => {
    const { trainFolder } = await prepareImages(folder, { cacheDirectory, side: 32 });
    const test = join(trainFolder, '..', 'test');
    await expect(loadTrainingData({ trainFolder: test, validation: 4, seed: 7 })).rejects.toThrow(
      /it is the test split/,
    );
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(loadTrainingData({ trainFolder: empty, validation: 4, seed: 7 })).rejects.toMatchObject({
      code: 'data.damaged',
      message: expect.stringMatching(/dataset\.json is missing\. Open the data set again/) as string,
    });
  });
});

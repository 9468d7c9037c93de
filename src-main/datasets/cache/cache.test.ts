import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DatasetProgress } from '../../../src-shared/tasks/data-kind';
import { cifarBinaryFiles, makeImages, temporaryFolder, writeFiles } from '../../testing/data/image-datasets';
import { describeDataset } from '../prepare';
import { cacheError, defaultCacheDirectory } from './cache-folder';
import { checkSplit, checkSplitFully } from './manifest';
import { type ImageOptions, prepareImages } from '../../testing/data/prepared';

let folder: string;
let cacheDirectory: string;
beforeEach(() => {
  folder = writeFiles(join(temporaryFolder(), 'data'), cifarBinaryFiles(makeImages({})));
  cacheDirectory = join(temporaryFolder(), 'cache');
});

/** Prepares, and returns the stages it went through. */
async function prepare(options: Partial<ImageOptions> = {}) {
  const stages = new Set<DatasetProgress['stage']>();
  const onProgress = ({ stage }: DatasetProgress): unknown => stages.add(stage);
  const prepared = await prepareImages(folder, { cacheDirectory, side: 32, onProgress, ...options });
  return { ...prepared, stages: [...stages] };
}

const built = ['listing', 'reading', 'arranging'];

describe('the decoded copy', () => {
  it('is made once, and again only for another side', async () => {
    const first = await prepare();
    expect(first.stages).toEqual(built);
    const second = await prepare();
    expect(second.stages).toEqual(['listing']);
    expect(second.description).toEqual(first.description);
    expect((await prepare({ side: 16 })).stages).toEqual(built);
    expect((await prepare()).stages).toEqual(['listing']);
    expect(await describeDataset(folder, { cacheDirectory })).toEqual(first.description);
  });

  it('is rebuilt when a file of the source has another time or size', async () => {
    const { description } = await prepare();
    const file = join(folder, 'data_batch_1.bin');
    utimesSync(file, 1, 1);
    const touched = await prepare();
    expect(touched.stages).toEqual(built);
    expect(touched.description.fingerprint).toBe(description.fingerprint);
    writeFileSync(file, Buffer.concat([readFileSync(file), readFileSync(file)]));
    expect((await prepare()).description.fingerprint).not.toBe(description.fingerprint);
  });

  it('is rebuilt when it is damaged, to the same bytes', async () => {
    const { trainFolder } = await prepare();
    const images = join(trainFolder, 'images-train.bin');
    const whole = readFileSync(images);
    const damages: (() => void)[] = [
      () => truncateSync(images, 1000),
      () => writeFileSync(images, Buffer.alloc(whole.length)),
      () => writeFileSync(join(trainFolder, 'labels-train.bin'), Buffer.alloc(80, 1)),
      () => writeFileSync(join(trainFolder, 'dataset.json'), '{"format": 1'),
      () => writeFileSync(join(trainFolder, 'dataset.json'), '{"format": 0}'),
    ];
    for (const damage of damages) {
      damage();
      expect((await prepare()).stages).toEqual(built);
      expect(readFileSync(images).equals(whole)).toBe(true);
      expect((await prepare()).stages).toEqual(['listing']);
    }
  });

  it('is rebuilt when the note of its source is damaged', async () => {
    await prepare();
    const notes = join(cacheDirectory, 'sources');
    for (const name of readdirSync(notes)) writeFileSync(join(notes, name), '{"format":1,"description":{}}');
    expect((await prepare()).stages).toEqual(built);
  });

  it('can be checked in full, byte by byte', async () => {
    const { trainFolder } = await prepare();
    const images = join(trainFolder, 'images-train.bin');
    const seen: number[] = [];
    await checkSplitFully(trainFolder, 'train', undefined, ({ done }) => seen.push(done));
    expect(seen.at(-1)).toBe(statSync(images).size + statSync(join(trainFolder, 'labels-train.bin')).size);
    writeFileSync(images, readFileSync(images).fill(7, 40_000, 40_001));
    await expect(checkSplitFully(trainFolder, 'train')).rejects.toMatchObject({ code: 'data.damaged' });
    await expect(checkSplit(trainFolder, 'train')).rejects.toThrow(
      /images-train\.bin has changed near byte 0/,
    );
  });

  it('leaves nothing behind when its making is cancelled or fails', async () => {
    const abort = new AbortController();
    const onProgress = ({ stage }: DatasetProgress): void => {
      if (stage === 'arranging') abort.abort();
    };
    await expect(prepare({ signal: abort.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(cacheDirectory)).toEqual([]);
    writeFileSync(join(folder, 'data_batch_5.bin'), Buffer.alloc(3073, 255));
    await expect(prepare()).rejects.toMatchObject({ code: 'data.damaged' });
    expect(readdirSync(cacheDirectory)).toEqual([]);
  });

  it('sweeps up after a process that was killed, and leaves that of a living one', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const dead = join(cacheDirectory, `building-${ended.pid ?? 0}-0123`);
    const alive = join(cacheDirectory, `building-${process.pid}-0123`);
    const old = join(cacheDirectory, `building-${process.ppid}-0123`);
    for (const left of [dead, alive, old]) mkdirSync(left, { recursive: true });
    utimesSync(old, 1, 1);
    await prepare();
    expect([dead, alive, old].map((left) => existsSync(left))).toEqual([false, true, false]);
  });

  it('may be made by several at once', async () => {
    const all = await Promise.all([prepare(), prepare(), prepare(), prepare({ side: 16 })]);
    for (const { trainFolder } of all) await checkSplitFully(trainFolder, 'train');
    const left = readdirSync(cacheDirectory).filter((name) => name !== 'sources');
    expect(left).toHaveLength(2);
    expect(readdirSync(join(cacheDirectory, 'sources')).every((name) => name.endsWith('.json'))).toBe(true);
    expect(new Set(all.map(({ trainFolder }) => dirname(dirname(trainFolder)))).size).toBe(1);
  });
});

describe('a disk without room', () => {
  it('is noticed before an image is read', async () => {
    // 30 images of 6,000 gigabytes each
    const work = prepare({ side: 1_414_214 });
    await expect(work).rejects.toMatchObject({ code: 'data.cache-not-writable' });
    await expect(work).rejects.toThrow(/needs \d+ MB in .*, and \d+ MB are free\. Free some space/);
    expect(readdirSync(cacheDirectory)).toEqual([]);
  });

  it.runIf(existsSync('/dev/full'))('is named when it fills up on the way', () => {
    let error: unknown;
    try {
      writeFileSync('/dev/full', 'x');
    } catch (full) {
      error = full;
    }
    expect(cacheError(error, '/cache')).toMatchObject({
      code: 'data.cache-not-writable',
      message: expect.stringMatching(/no room left for the decoded data set in \/cache/) as string,
    });
  });
});

describe('the place of the cache', () => {
  it('is the one that the system or the user has set', () => {
    const home = process.env['HOME'] ?? '';
    expect(defaultCacheDirectory({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/cellsmith/datasets');
    expect(defaultCacheDirectory({ XDG_CACHE_HOME: 'x' }, 'linux')).toBe(`${home}/.cache/cellsmith/datasets`);
    expect(defaultCacheDirectory({}, 'linux')).toBe(`${home}/.cache/cellsmith/datasets`);
    expect(defaultCacheDirectory({}, 'darwin')).toBe(`${home}/Library/Caches/cellsmith/datasets`);
    expect(defaultCacheDirectory({ LOCALAPPDATA: '/y' }, 'win32')).toBe('/y/cellsmith/datasets');
  });
});

import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../testing/data/image-datasets';
import {
  bigEndian,
  classFolderFiles,
  cut,
  idxFiles,
  makeImages,
  more,
  temporaryFolder,
  without,
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

describe('IDX files', () => {
  it.each([false, true])('are read (gzipped: %s)', async (gzip) => {
    const images = makeImages({ classes: ['0', '1', '2'], train: 12, test: 6, width: 9, height: 7 });
    const found = await describeFiles(idxFiles(images, gzip));
    const grey = makeImages({ classes: ['0', '1', '2'], train: 12, test: 6, width: 9, height: 7 });
    const repeat = (part: typeof grey.train) =>
      part.map((each) => ({ ...each, pixels: each.pixels.map((_, i, all) => all[i - (i % 3)] ?? 0) }));
    const same = { ...grey, train: repeat(grey.train), test: repeat(grey.test) };
    const folders = writeFiles(join(folder, 'png'), await classFolderFiles(same));
    const reference = await describeImages(folders, { cacheDirectory });
    expect(found).toMatchObject({ form: 'idx', grey: 18, sizes: [{ width: 9, height: 7, count: 18 }] });
    expect(found.fingerprint).toBe(reference.fingerprint);
  });

  it.each<[string, (files: Files) => Files, string, RegExp]>([
    [
      'cut off',
      (f) => ({ ...f, 't10k-images-idx3-ubyte': cut(f['t10k-images-idx3-ubyte'], 5) }),
      'data.damaged',
      /t10k-images-idx3-ubyte is cut off: it has 3 of the 4 images/,
    ],
    [
      'with too much',
      (f) => ({ ...f, 't10k-images-idx3-ubyte': more(f['t10k-images-idx3-ubyte'], 48) }),
      'data.damaged',
      /has at least 5 of the 4 images/,
    ],
    [
      'without labels',
      (f) => without(f, 'train-labels-idx1-ubyte'),
      'data.damaged',
      /lacks the labels of the train split/,
    ],
    [
      'with labels cut off',
      (f) => ({ ...f, 'train-labels-idx1-ubyte': cut(f['train-labels-idx1-ubyte'], 1) }),
      'data.damaged',
      /train-labels-idx1-ubyte is cut off: it has 7 of the 8 labels/,
    ],
    [
      'empty',
      (f) => ({ ...f, 'train-labels-idx1-ubyte': '' }),
      'data.empty',
      /train-labels-idx1-ubyte is empty/,
    ],
    [
      'of another kind',
      (f) => ({ ...f, 'train-images-idx3-ubyte': bigEndian(0x801, 8, 4, 4) }),
      'data.damaged',
      /begins with 00000801 where an IDX file of images begins with 00000803/,
    ],
    [
      'of another set',
      (f) => ({ ...f, 'train-images-idx3-ubyte': more(bigEndian(0x803, 9, 4, 4), 144) }),
      'data.damaged',
      /has 9 images, but its label file has 8/,
    ],
    [
      'of impossible size',
      (f) => ({ ...f, 'train-images-idx3-ubyte': bigEndian(0x803, 8, 0, 70000) }),
      'data.damaged',
      /70000×0 pixels/,
    ],
    [
      'of one class',
      (f) => ({
        ...f,
        'train-labels-idx1-ubyte': more(bigEndian(0x801, 8), 8),
        't10k-labels-idx1-ubyte': more(bigEndian(0x801, 4), 4),
      }),
      'data.not-recognised',
      /one class only/,
    ],
  ])('%s are an error that says so', async (_what, change, code, message) => {
    const files = change(
      idxFiles(makeImages({ classes: ['0', '1'], train: 8, test: 4, width: 4, height: 4 })),
    );
    const work = describeFiles(files);
    await expect(work).rejects.toThrow(message);
    await expect(work).rejects.toMatchObject({ name: 'CellsmithError', code });
  });
});

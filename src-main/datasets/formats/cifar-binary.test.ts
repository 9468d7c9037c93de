import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../testing/data/image-datasets';
import {
  changed,
  cifarBinaryFiles,
  cut,
  makeImages,
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

describe('the binary version of CIFAR-10', () => {
  it.each<[string, (files: Files) => Files, string, RegExp]>([
    [
      'with a batch cut off',
      (f) => ({ ...f, 'data_batch_2.bin': cut(f['data_batch_2.bin'], 100) }),
      'data.damaged',
      /data_batch_2\.bin has 12192 bytes.*records of 3073: it is cut off in record 3 \(byte 9219\)/,
    ],
    [
      'with a label out of range',
      (f) => ({ ...f, 'data_batch_4.bin': changed(f['data_batch_4.bin'], 3073, 10) }),
      'data.damaged',
      /data_batch_4\.bin: record 1, byte 3073 has the label 10, but there are 10 classes/,
    ],
    ['without a batch', (f) => without(f, 'data_batch_5.bin'), 'data.damaged', /lacks data_batch_5\.bin/],
    ['without tests', (f) => without(f, 'test_batch.bin'), 'data.damaged', /lacks test_batch\.bin/],
    [
      'with an empty batch',
      (f) => ({ ...f, 'data_batch_1.bin': '' }),
      'data.empty',
      /data_batch_1\.bin is empty/,
    ],
    [
      'with one class name',
      (f) => ({ ...f, 'batches.meta.txt': 'cat\n' }),
      'data.damaged',
      /batches\.meta\.txt lists 1 class names/,
    ],
  ])('%s is an error that says so', async (_what, change, code, message) => {
    const work = describeFiles(change(cifarBinaryFiles(makeImages({}))));
    await expect(work).rejects.toThrow(message);
    await expect(work).rejects.toMatchObject({ name: 'CellsmithError', code });
  });

  it('has the published class names when the file that lists them is not there', async () => {
    const found = await describeFiles(without(cifarBinaryFiles(makeImages({})), 'batches.meta.txt'));
    expect(found.classes).toEqual(makeImages({}).classes);
    expect(found.warnings.filter((warning) => warning.code === 'unusual-batch-size')).toHaveLength(6);
  });
});

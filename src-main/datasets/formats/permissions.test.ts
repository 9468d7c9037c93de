import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cifarBinaryFiles,
  classFolderFiles,
  makeImages,
  temporaryFolder,
  tarBytes,
  writeFiles,
} from '../../testing/data/image-datasets';
import { openFolder, withoutRights } from '../../testing/without-rights';
import { describeImages } from '../../testing/data/prepared';

async function failure(path: string): Promise<unknown> {
  const cacheDirectory = join(openFolder(), 'cache');
  return withoutRights(() => describeImages(path, { cacheDirectory })).then(
    () => 'no error',
    (error: unknown) => error,
  );
}

describe('without permission to read', () => {
  it('a batch is named', async () => {
    const folder = writeFiles(openFolder(), cifarBinaryFiles(makeImages({})));
    chmodSync(join(folder, 'data_batch_3.bin'), 0);
    expect(await failure(folder)).toMatchObject({
      code: 'data.not-readable',
      message: expect.stringMatching(
        /no permission to read .*data_batch_3\.bin\. Change its permissions/,
      ) as string,
    });
  });

  it('a folder is named', async () => {
    const folder = writeFiles(openFolder(), await classFolderFiles(makeImages({})));
    chmodSync(join(folder, 'train', 'cat'), 0);
    expect(await failure(folder)).toMatchObject({
      code: 'data.not-readable',
      message: expect.stringMatching(/no permission to read .*train\/cat/) as string,
    });
  });

  it('an archive is named', async () => {
    const folder = writeFiles(openFolder(), { 'data.tar': tarBytes(cifarBinaryFiles(makeImages({}))) });
    chmodSync(join(folder, 'data.tar'), 0);
    expect(await failure(join(folder, 'data.tar'))).toMatchObject({
      code: 'data.not-readable',
      message: expect.stringMatching(/no permission to read .*data\.tar/) as string,
    });
  });

  it('single images are listed, and the rest is described', async () => {
    const folder = writeFiles(openFolder(), await classFolderFiles(makeImages({})));
    chmodSync(join(folder, 'train', 'cat', '0003.png'), 0);
    const cacheDirectory = join(openFolder(), 'cache');
    const found = await withoutRights(() => describeImages(folder, { cacheDirectory }));
    expect(found.unreadable).toMatchObject({
      count: 1,
      files: [
        {
          file: expect.stringMatching(/train\/cat\/0003\.png$/) as string,
          reason: expect.stringMatching(/no permission/) as string,
        },
      ],
    });
    expect(found.splits.train.count).toBe(19);
  });

  it('a cache that cannot be written is named', async () => {
    const folder = writeFiles(openFolder(), await classFolderFiles(makeImages({})));
    const cacheDirectory = temporaryFolder();
    chmodSync(cacheDirectory, 0o555);
    await expect(withoutRights(() => describeImages(folder, { cacheDirectory }))).rejects.toMatchObject({
      code: 'data.cache-not-writable',
      message: expect.stringContaining(cacheDirectory) as string,
    });
  });
});

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeImages } from '../../testing/describe-images';
import {
  cifarBinaryFiles,
  classFolderFiles,
  makePictures,
  temporaryFolder,
  tarBytes,
  writeFiles,
} from '../../testing/image-datasets';

const nobody = 65534;

/**
 * Runs as a user without rights: root may read everything, so tests that run as root become 'nobody' for the while. All
 * threads of the process change at once; the real user stays, so that the way back is open.
 */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** A folder that 'nobody' may enter and write. */
function openFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  return folder;
}

async function failure(path: string): Promise<unknown> {
  const cacheDirectory = join(openFolder(), 'cache');
  return withoutRights(() => describeImages(path, { cacheDirectory })).then(
    () => 'no error',
    (error: unknown) => error,
  );
}

describe('without permission to read', () => {
  it('a batch is named', async () => {
    const folder = writeFiles(openFolder(), cifarBinaryFiles(makePictures({})));
    chmodSync(join(folder, 'data_batch_3.bin'), 0);
    expect(await failure(folder)).toMatchObject({
      code: 'data.not-readable',
      message: expect.stringMatching(
        /no permission to read .*data_batch_3\.bin\. Change its permissions/,
      ) as string,
    });
  });

  it('a folder is named', async () => {
    const folder = writeFiles(openFolder(), await classFolderFiles(makePictures({})));
    chmodSync(join(folder, 'train', 'cat'), 0);
    expect(await failure(folder)).toMatchObject({
      code: 'data.not-readable',
      message: expect.stringMatching(/no permission to read .*train\/cat/) as string,
    });
  });

  it('an archive is named', async () => {
    const folder = writeFiles(openFolder(), { 'data.tar': tarBytes(cifarBinaryFiles(makePictures({}))) });
    chmodSync(join(folder, 'data.tar'), 0);
    expect(await failure(join(folder, 'data.tar'))).toMatchObject({
      code: 'data.not-readable',
      message: expect.stringMatching(/no permission to read .*data\.tar/) as string,
    });
  });

  it('single pictures are listed, and the rest is described', async () => {
    const folder = writeFiles(openFolder(), await classFolderFiles(makePictures({})));
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
    const folder = writeFiles(openFolder(), await classFolderFiles(makePictures({})));
    const cacheDirectory = temporaryFolder();
    chmodSync(cacheDirectory, 0o555);
    await expect(
      withoutRights(() => describeImages(folder, { cacheDirectory, side: 32 })),
    ).rejects.toMatchObject({
      code: 'data.cache-not-writable',
      message: expect.stringContaining(cacheDirectory) as string,
    });
  });
});

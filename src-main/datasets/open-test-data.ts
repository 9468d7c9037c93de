import { join } from 'node:path';
import { CellsmithError } from '../../src-shared/errors';
import { buildEntry } from './cache/build-entry';
import { checkSplit } from './cache/integrity';
import { openDataset } from './open';
import type { PrepareOptions } from './prepare';
import { defaultTestDraw, ensureEntry, requireImages } from './prepare';
import { recordTestUse } from './test-uses';

/** The test split, decoded. The paper reads it once, after the search (section 4.1). */
export interface TestData {
  /** uint8 [count, side, side, 3], no header. */
  readonly imagesFile: string;
  /** Little-endian int32 [count]. */
  readonly labelsFile: string;
  readonly count: number;
  readonly side: number;
  readonly channels: 3;
  readonly classes: readonly string[];
  readonly fingerprint: string;
}

/**
 * Opens the test split of a data set, and records that it was opened and what for.
 * @param options.purpose what the test is for, as a user would say it ('final test of run 12')
 * @throws CellsmithError data.*, cancelled
 */
export async function openTestData(
  path: string,
  options: PrepareOptions & { readonly purpose: string },
): Promise<TestData> {
  const { folders, directory } = await ensureEntry(path, options);
  const manifest = await checkSplit(folders.test, 'test').catch(async (error: unknown) => {
    if (!(error instanceof CellsmithError) || error.code !== 'data.damaged') throw error;
    const { source } = requireImages(await openDataset(path, options));
    const draw = options.testDraw ?? defaultTestDraw;
    await buildEntry(source, options.side, draw, directory, options.signal, options.onProgress);
    return checkSplit(folders.test, 'test');
  });
  const { count, side, channels, classes, fingerprint } = manifest;
  await recordTestUse(directory, { purpose: options.purpose, fingerprint, side });
  return {
    imagesFile: join(folders.test, manifest.images.name),
    labelsFile: join(folders.test, manifest.labels.name),
    count,
    side,
    channels,
    classes,
    fingerprint,
  };
}

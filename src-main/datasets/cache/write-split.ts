import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetForm } from '../../../src-shared/dataset/image-description';
import type { RecordTable } from '../reading/record-table';
import type { Progress } from '../reading/progress';
import { throwIfCancelled } from '../trees/file-errors';
import { HashedWriter } from './hashed-writer';
import { cacheFormat, type Manifest, manifestName } from './manifest';
import type { PixelFile } from './pixel-file';
import { syncFolder } from './staging';

/** Inputs of a split of the cache. */
export interface SplitContent {
  readonly split: 'train' | 'test';
  readonly form: DatasetForm;
  readonly fingerprint: string;
  readonly classes: readonly string[];
  readonly perClass: readonly number[];
  /** Rows of `table` and `pixels` in output order. */
  readonly rows: Uint32Array;
  readonly table: RecordTable;
  readonly pixels: PixelFile;
}

const chunk = 4 * 2 ** 20;

/** Writes images-….bin, labels-….bin and dataset.json of a split into a new folder. */
export async function writeSplit(
  folder: string,
  content: SplitContent,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const { rows, table, pixels, split } = content;
  await mkdir(folder);
  const perChunk = Math.max(1, Math.floor(chunk / pixels.recordBytes));
  const images = await HashedWriter.create(
    join(folder, `images-${split}.bin`),
    rows.length * pixels.recordBytes,
  );
  const labels = await HashedWriter.create(join(folder, `labels-${split}.bin`), rows.length * 4);
  try {
    for (let from = 0; from < rows.length; from += perChunk) {
      throwIfCancelled(signal);
      const part = rows.subarray(from, from + perChunk);
      const bytes = new Uint8Array(part.length * pixels.recordBytes);
      const values = new DataView(new ArrayBuffer(4 * part.length));
      part.forEach((row, i) => {
        pixels.readInto(row, bytes.subarray(i * pixels.recordBytes, (i + 1) * pixels.recordBytes));
        values.setInt32(4 * i, table.label(row), true);
      });
      await images.write(bytes);
      await labels.write(new Uint8Array(values.buffer));
      progress.add(part.length);
    }
    const manifest: Manifest = {
      format: cacheFormat,
      kind: 'images',
      split,
      form: content.form,
      fingerprint: content.fingerprint,
      classes: [...content.classes],
      count: rows.length,
      perClass: [...content.perClass],
      side: pixels.side,
      channels: 3,
      images: await images.finish(),
      labels: await labels.finish(),
    };
    await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
    await syncFolder(folder);
  } finally {
    await images.abandon();
    await labels.abandon();
  }
}

import { CellsmithError } from '../../../src-shared/errors';

/** Archives of images unpack to little more than their size; only what exceeds both bounds is taken for a bomb. */
const freeBytes = 256 * 2 ** 20;
const maximumRatio = 100;

/** @throws CellsmithError data.damaged when the compression ratio is implausible for a data set */
export function checkInflation(packed: number, unpacked: number, shown: string): void {
  if (unpacked > freeBytes && unpacked > maximumRatio * packed) {
    throw new CellsmithError(
      'data.damaged',
      `${shown} unpacks to more than ${maximumRatio} times its size and was not read further: it may be a decompression bomb. If you trust it, unpack it yourself and choose the folder.`,
    );
  }
}

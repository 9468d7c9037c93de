import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { systemCode } from './file-errors';

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

/**
 * Unpacks gzip as it comes.
 * @throws CellsmithError data.damaged when the stream is not gzip, is truncated, fails its checksum, or is a bomb; passes on errors of `packed`
 */
export async function* gunzipChunks(
  packed: AsyncIterable<Uint8Array>,
  shown: string,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  let taken = 0;
  const counted = async function* () {
    for await (const chunk of packed) {
      taken += chunk.length;
      yield chunk;
    }
  };
  const flow = pipeline(Readable.from(counted()), gunzip);
  flow.catch(() => undefined); // the same error comes out of the loop below
  let given = 0;
  try {
    for await (const piece of gunzip) {
      const chunk = piece as Uint8Array;
      given += chunk.length;
      checkInflation(taken, given, shown);
      yield chunk;
    }
  } catch (error) {
    const code = systemCode(error);
    if (code?.startsWith('Z_')) {
      const what =
        code === 'Z_BUF_ERROR' ? 'is cut off: its end is missing' : `is damaged (${errorMessage(error)})`;
      throw new CellsmithError('data.damaged', `The gzip file ${shown} ${what}. Download it again.`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    gunzip.destroy();
  }
}

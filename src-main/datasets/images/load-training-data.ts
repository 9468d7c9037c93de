import { readFile, open, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkSplit } from '../cache/manifest';
import { splitTrainValidation, type ValidationSize } from './arrange';
import { fileError } from '../trees/file-errors';
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { channelSums } from './channel-sums';

/**
 * The training part of a data set, decoded: two raw files and the split of their records. There is no way from here to the
 * test split, which only `openTest` opens.
 */
export interface TrainingData {
  /** Absolute path of a file of exactly count × side × side × 3 bytes: uint8 [count, side, side, 3], no header. */
  readonly imagesFile: string;
  /** Absolute path of a file of exactly count × 4 bytes: little-endian int32 [count], each in [0, classes.length). */
  readonly labelsFile: string;
  /** Records in both files, validation ones among them. */
  readonly count: number;
  readonly side: number;
  readonly channels: 3;
  readonly classes: readonly string[];
  /** Records to train on and records that give the reward: disjoint, together all of them, each ascending. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
  /** Of red, green and blue over all pixels of `trainIndices` alone, in the bytes' own units (0–255), for whitening. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Names the whole data set, test split included (docs/datasets.md). */
  readonly fingerprint: string;
}

export interface LoadOptions {
  /** That of the prepared data. */
  readonly trainFolder: string;
  readonly validation: ValidationSize;
  /** Seed of the validation split. */
  readonly seed: number;
}

/**
 * What a trainer works on: the raw files of the training split and how their records are split further. The test split is
 * neither opened nor named.
 * @throws CellsmithError data.damaged when the decoded copy is not sound, config.invalid for an impossible validation split
 */
export async function loadTrainingData(options: LoadOptions): Promise<TrainingData> {
  const { trainFolder, validation, seed } = options;
  const folder = resolve(trainFolder);
  const manifest = await checkSplit(folder, 'train');
  const imagesFile = join(folder, manifest.images.name);
  const labelsFile = join(folder, manifest.labels.name);
  const labels = await readLabels(labelsFile);
  const split = splitTrainValidation(labels, { validationSize: validation, seed });
  const whitening = await cachedWhitening(folder, imagesFile, manifest.side, split.trainIndices);
  const { count, side, channels, classes, fingerprint } = manifest;
  return { imagesFile, labelsFile, count, side, channels, classes, ...split, ...whitening, fingerprint };
}

/** int32 [count]; the file is little-endian on every machine. */
async function readLabels(file: string): Promise<Int32Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileError(error, file);
  });
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
}

/** Per channel, in the bytes' own units (0–255). A channel without variation has the deviation 1, so that it can divide. */
interface Whitening {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const triple = z.tuple([z.number(), z.number(), z.number()]);
const whiteningSchema = z.strictObject({ mean: triple, std: triple });

const recordsAtOnce = 4 * 2 ** 20;

/**
 * Mean and deviation over all pixels of the given records (paper section 4.1, "whitening"), from the raw file.
 * @param side of the square images, uint8 [count, side, side, 3]
 */
export async function computeWhitening(
  imagesFile: string,
  side: number,
  indices: Int32Array,
): Promise<Whitening> {
  const recordBytes = side * side * 3;
  const perRead = Math.max(1, Math.floor(recordsAtOnce / recordBytes));
  const sums = new Float64Array(6);
  const handle = await open(imagesFile, 'r').catch((error: unknown) => {
    throw fileError(error, imagesFile);
  });
  try {
    const buffer = new Uint8Array(perRead * recordBytes);
    for (let from = 0; from < indices.length;) {
      // one read covers a stretch of the file; the records in it that do not count are passed over
      const first = indices[from] ?? 0;
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, first * recordBytes);
      for (; from < indices.length; from++) {
        const at = ((indices[from] ?? 0) - first) * recordBytes;
        if (at + recordBytes > bytesRead) break;
        for (const [i, sum] of channelSums(buffer.subarray(at, at + recordBytes)).entries())
          sums[i] = (sums[i] ?? 0) + sum;
      }
      if (bytesRead < recordBytes) throw new RangeError(`${imagesFile} ends before record ${first}`);
    }
  } finally {
    await handle.close();
  }
  const pixels = indices.length * side * side;
  const channel = (c: number): { mean: number; std: number } => {
    const mean = (sums[c] ?? 0) / pixels;
    const variance = (sums[c + 3] ?? 0) / pixels - mean * mean;
    return { mean, std: variance > 1e-9 ? Math.sqrt(variance) : 1 };
  };
  const [red, green, blue] = [channel(0), channel(1), channel(2)];
  return { mean: [red.mean, green.mean, blue.mean], std: [red.std, green.std, blue.std] };
}

/** As `computeWhitening`, cached next to the file. */
async function cachedWhitening(
  folder: string,
  imagesFile: string,
  side: number,
  indices: Int32Array,
): Promise<Whitening> {
  const records = createHash('sha256').update(
    new Uint8Array(indices.buffer, indices.byteOffset, indices.byteLength),
  );
  const file = join(folder, `whitening-${records.digest('hex').slice(0, 32)}.json`);
  try {
    return whiteningSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Not there yet, or damaged: either way it is computed.
  }
  const whitening = await computeWhitening(imagesFile, side, indices);
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(temporary, JSON.stringify(whitening));
    await rename(temporary, file);
  } catch {
    // A cache that only may be read costs a second a start, not the training.
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
  return whitening;
}

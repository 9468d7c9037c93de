import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkSplit } from './cache/manifest';
import { splitTrainValidation, type ValidationSize } from './reading/arrange';
import { fileError } from './trees/file-errors';
import { cachedWhitening } from './whitening';

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

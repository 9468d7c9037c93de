import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkSplit } from './cache/integrity';
import type { PrepareOptions } from './prepare';
import { prepareDataset } from './prepare';
import { splitTrainValidation } from './split';
import type { TrainingData, ValidationSize } from './training-data';
import { fileError } from './trees/file-errors';
import { cachedWhitening } from './whitening';

/** Which data: the folder that `prepareDataset` gave (`trainFolder`), or a data set, which is then prepared. */
type TrainingSource = { readonly trainFolder: string } | (PrepareOptions & { readonly path: string });

export type LoadOptions = TrainingSource & {
  readonly validation: ValidationSize;
  /** Seed of the validation split. */
  readonly seed: number;
};

/**
 * What a trainer works on: the raw files of the training split and how their records are split further. The test split is
 * neither opened nor named.
 * @throws CellsmithError data.damaged when the decoded copy is not sound, config.invalid for an impossible validation split,
 *   and with a `path` what `prepareDataset` throws
 */
export async function loadTrainingData(options: LoadOptions): Promise<TrainingData> {
  const { validation, seed } = options;
  const given =
    'path' in options ? (await prepareDataset(options.path, options)).trainFolder : options.trainFolder;
  const folder = resolve(given);
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

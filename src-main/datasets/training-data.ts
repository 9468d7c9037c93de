/**
 * The training part of a data set, decoded: two raw files and the split of their records. There is no way from here to the
 * test split, which only `openTestData` opens.
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

/**
 * How many training records are set aside for validation: a number of records (an integer from 1), a fraction of them
 * (between 0 and 1), or 0 for none (the final training on everything).
 */
export type ValidationSize = number;

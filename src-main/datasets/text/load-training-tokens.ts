import { join, resolve } from 'node:path';
import type { TextLevel } from '../../../src-shared/dataset/text-options';
import { checkTrainTokens } from './copy/text-manifest';
import type { TextDatasetOptions } from './prepare-text';
import { prepareText } from './prepare-text';

/** The tokens to train and to validate on. There is no way from here to the test split, which only `openTestTokens` opens. */
export interface TrainingTokens {
  /** Absolute paths of files of exactly 4 × count bytes: little-endian int32 [count], each in [0, vocabulary.length). */
  readonly trainFile: string;
  readonly validFile: string;
  readonly counts: { readonly train: number; readonly valid: number };
  /** The tokens by their ids. `<eos>` ends every line; `<unk>` replaces every token outside of it. */
  readonly vocabulary: readonly string[];
  readonly level: TextLevel;
  /** Names the whole text, test split included (docs/datasets.md). */
  readonly fingerprint: string;
}

/** Which text: the folder that `prepareText` gave (`trainFolder`), or a text, which is then prepared. */
export type LoadTokensOptions =
  { readonly trainFolder: string } | (TextDatasetOptions & { readonly path: string });

/**
 * What a trainer of language models works on.
 * @throws CellsmithError data.damaged when the copy is not sound, and with a `path` what `prepareText` throws
 */
export async function loadTrainingTokens(options: LoadTokensOptions): Promise<TrainingTokens> {
  const given =
    'path' in options ? (await prepareText(options.path, options)).trainFolder : options.trainFolder;
  const folder = resolve(given);
  const { manifest, vocabulary } = await checkTrainTokens(folder);
  const { train, valid, reading, fingerprint } = manifest;
  return {
    trainFile: join(folder, train.file.name),
    validFile: join(folder, valid.file.name),
    counts: { train: train.count, valid: valid.count },
    vocabulary,
    level: reading.level,
    fingerprint,
  };
}

import { join, resolve } from 'node:path';
import {
  type TextDatasetDescription,
  textDatasetDescriptionSchema,
  type TextForm,
} from '../../../src-shared/dataset/text-description';
import {
  type TextLevel,
  type TextOptions,
  textOptionsSchema,
  type TextReading,
} from '../../../src-shared/dataset/text-options';
import { CellsmithError } from '../../../src-shared/errors';
import type { EntryFolders } from '../cache/build-entry';
import { defaultCacheDirectory } from '../cache/cache-folder';
import { recallSource, rememberUnchanged, sourceKey } from '../cache/known-sources';
import { locateDataset, type OpenedDataset, type OpenedText, openLocated, type OpenOptions } from '../open';
import type { Located } from '../trees/open-tree';
import { buildTextEntry, textEntryFolders } from './copy/build-text-entry';
import { checkTrainTokens, textCacheFormat } from './copy/text-manifest';

export interface TextDatasetOptions extends OpenOptions {
  /** Where copies are kept; the user's cache folder if not given. */
  readonly cacheDirectory?: string | undefined;
  /** How to read the text; by default as suits its format. */
  readonly text?: TextOptions | undefined;
}

/** A text that is ready for training. There is no path to its test split here: see `openTestTokens`. */
export interface PreparedText {
  readonly description: TextDatasetDescription;
  /** Absolute path of the tokens to train and validate on: what a trainer is given. The test split is not below it. */
  readonly trainFolder: string;
}

/**
 * Ensures a valid copy of the text's tokens, and returns its path. Instant when it exists.
 * @throws CellsmithError data.*, config.invalid, cancelled
 */
export async function prepareText(path: string, options: TextDatasetOptions = {}): Promise<PreparedText> {
  const { description, folders } = await ensureTextEntry(path, options);
  return { description, trainFolder: folders.train };
}

/** The copy with both parts, and the description of the text. Private to this folder. */
export async function ensureTextEntry(
  path: string,
  options: TextDatasetOptions,
): Promise<{ description: TextDatasetDescription; folders: EntryFolders; directory: string }> {
  const directory = directoryOf(options);
  const located = await locateDataset(path, options);
  const description =
    (await recallText(located, options)) ??
    (await copyText(path, located, requireText(await openLocated(located, options)), options));
  return { description, folders: textEntryFolders(directory, description), directory };
}

/** The recorded description of a text, if its copy is valid. The test part is checked when it is opened. */
export async function recallText(
  located: Located,
  options: TextDatasetOptions,
): Promise<TextDatasetDescription | null> {
  const directory = directoryOf(options);
  const known = await recallSource(directory, textKey(located, options), textDatasetDescriptionSchema);
  if (!known) return null;
  try {
    await checkTrainTokens(textEntryFolders(directory, known).train);
    return known;
  } catch (error) {
    if (error instanceof CellsmithError) return null;
    throw error;
  }
}

/** Reads a text, writes its copy and records its description. */
export async function copyText(
  path: string,
  located: Located,
  { source }: OpenedText,
  options: TextDatasetOptions,
): Promise<TextDatasetDescription> {
  const directory = directoryOf(options);
  const parsed = parseTextOptions(options.text);
  const { signal, onProgress } = options;
  const reading = readingFor(source.form, parsed);
  const description = await buildTextEntry(source, reading, parsed.split, directory, signal, onProgress);
  await rememberUnchanged({ directory, key: textKey(located, options), description }, async () =>
    textKey(await locateDataset(path, options), options),
  );
  return description;
}

/** @throws CellsmithError data.not-recognised when images are given where a text is needed */
export function requireText(opened: OpenedDataset): OpenedText {
  if (opened.kind === 'text') return opened;
  throw new CellsmithError(
    'data.not-recognised',
    `${opened.location} holds images (${opened.form}), and a text is needed here. Choose a text.`,
  );
}

function directoryOf(options: TextDatasetOptions): string {
  return options.cacheDirectory ?? defaultCacheDirectory();
}

function textKey(located: Located, options: TextDatasetOptions): string {
  return sourceKey(located, ['text', textCacheFormat, parseTextOptions(options.text)]);
}

/** As large as Penn Treebank's. */
const usualLimit = 10_000;

/** @throws CellsmithError config.invalid */
function parseTextOptions(options: TextOptions = {}): Parsed {
  const parsed = textOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CellsmithError(
    'config.invalid',
    `The options of the text are not valid (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Fix them.`,
    { cause: parsed.error },
  );
}

type Parsed = ReturnType<typeof textOptionsSchema.parse>;

/** Fills in what suits the form: published corpora are prepared already, plain text is not. */
function readingFor(form: TextForm, options: Parsed): TextReading {
  const { level } = options;
  const plain = form === 'plain-text';
  return {
    level,
    vocabularyLimit:
      options.vocabularyLimit === undefined ? (plain ? usualLimit : null) : options.vocabularyLimit,
    lowerCase: options.lowerCase ?? (plain && level === 'word'),
    words: options.words ?? (plain ? 'punctuation' : 'spaces'),
  };
}

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

import type { TextDatasetDescription } from '../../../src-shared/dataset/text-description';
import { textDatasetDescriptionSchema } from '../../../src-shared/dataset/text-description';
import type { TextOptions } from '../../../src-shared/dataset/text-options';
import { CellsmithError } from '../../../src-shared/errors';
import type { EntryFolders } from '../cache/build-entry';
import { recallSource, sourceKey } from '../cache/known-sources';
import { defaultCacheDirectory } from '../cache/location';
import type { OpenedDataset, OpenedText, OpenOptions } from '../open';
import { locateDataset, openLocated } from '../open';
import { rememberUnchanged } from '../remember';
import type { Located } from '../trees/open-tree';
import { buildTextEntry, textEntryFolders } from './copy/build-text-entry';
import { checkTrainTokens, textCacheFormat } from './copy/text-manifest';
import { parseTextOptions, readingFor } from './reading-for';

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

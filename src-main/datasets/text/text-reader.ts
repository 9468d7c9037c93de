import { join, resolve } from 'node:path';
import {
  type TextDatasetDescription,
  textDatasetDescriptionSchema,
  type TextForm,
  type TextLevel,
  type TextOptions,
  textOptionsSchema,
  type TextReading,
} from '../../../src-shared/tasks/text/text-description';
import { CellsmithError } from '../../../src-shared/errors';
import type { TextNeed } from '../../../src-shared/tasks/text/text-data';
import type { EntryFolders } from '../cache/build-entry';
import { defaultCacheDirectory } from '../cache/cache-folder';
import { recallSource, rememberUnchanged, sourceKey, recordTestUse } from '../cache/records';
import type { DataReader, DatasetOptions, Place } from '../open';
import type { Located } from '../trees/open-tree';
import { buildTextEntry, textEntryFolders } from './build-text-entry';
import { checkTestTokens, checkTrainTokens, textCacheFormat } from './text-manifest';
import { findPlainText, findSplitFiles, type TextSource } from './find-text';

/** Text, as tokens. The paper reads its test split once, after the search (section 4.2). Describing it makes its copy too. */
export const textReader: DataReader<TextNeed, TextDatasetDescription, TextSource> = {
  kind: 'text',
  words: { is: () => 'is a text', needed: 'a text is needed here. Choose a text.' },
  find: findSplitFiles,
  findAtLast: findPlainText,
  recall: async (located, options) => {
    const directory = directoryOf(options);
    const known = await recallSource(directory, textKey(located, options), textDatasetDescriptionSchema);
    if (!known) return null;
    try {
      // The test part is checked when it is opened.
      await checkTrainTokens(textEntryFolders(directory, known).train);
      return known;
    } catch (error) {
      if (error instanceof CellsmithError) return null;
      throw error;
    }
  },
  describe: async (place, located, options) => {
    const directory = directoryOf(options);
    const source = await place.open(located);
    const parsed = parseTextOptions(options.text);
    const { signal, onProgress } = options;
    const reading = readingFor(source.form, parsed);
    const description = await buildTextEntry(source, reading, parsed.split, directory, signal, onProgress);
    await rememberUnchanged({ directory, key: textKey(located, options), description }, async () =>
      textKey(await place.locate(), options),
    );
    return description;
  },
  prepare: async (need, place, options) => {
    const { description, folders } = await ensureEntry(place, { ...options, text: readingOf(need, options) });
    return { description, trainFolder: folders.train };
  },
  openTest: async (need, place, options) => {
    const text = readingOf(need, options);
    const { folders, directory } = await ensureEntry(place, { ...options, text });
    const { manifest } = await checkTestTokens(folders.test).catch(async (error: unknown) => {
      if (!(error instanceof CellsmithError) || error.code !== 'data.damaged') throw error;
      await textReader.describe(place, await place.locate(), { ...options, text });
      return checkTestTokens(folders.test);
    });
    const { test, fingerprint } = manifest;
    await recordTestUse(directory, { purpose: options.purpose, fingerprint, level: need.level });
    return { kind: 'text', tokensFile: join(folders.test, test.file.name), count: test.count };
  },
};

function readingOf({ level, vocabularyLimit }: TextNeed, { text }: DatasetOptions): TextOptions {
  return { ...text, level, ...(vocabularyLimit !== 'auto' && { vocabularyLimit }) };
}

/** The copy with both parts, and the description of the text. */
async function ensureEntry(
  place: Place<TextSource>,
  options: DatasetOptions,
): Promise<{ description: TextDatasetDescription; folders: EntryFolders; directory: string }> {
  const directory = directoryOf(options);
  const located = await place.locate();
  const description =
    (await textReader.recall(located, options)) ?? (await textReader.describe(place, located, options));
  return { description, folders: textEntryFolders(directory, description), directory };
}

function directoryOf(options: DatasetOptions): string {
  return options.cacheDirectory ?? defaultCacheDirectory();
}

function textKey(located: Located, options: DatasetOptions): string {
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

/** The tokens to train and to validate on. There is no way from here to the test split, which only {@link textReader} opens. */
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

/**
 * What a trainer of language models works on.
 * @throws CellsmithError data.damaged when the copy is not sound
 */
export async function loadTrainingTokens(trainFolder: string): Promise<TrainingTokens> {
  const folder = resolve(trainFolder);
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

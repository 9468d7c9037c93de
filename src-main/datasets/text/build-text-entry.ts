import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  TextDatasetDescription,
  TextSplit,
  BlockDraw,
  TextReading,
} from '../../../src-shared/tasks/text/text-description';
import { type EntryFolders, requireRoom } from '../cache/build-entry';
import { cacheError, newStaging, publish, sweepStaging, syncFolder } from '../cache/cache-folder';
import { type CachedFile, HashedWriter } from '../cache/cached-file';
import { manifestName } from '../cache/manifest';
import { type OnProgress, Progress } from '../open';
import { describeText } from './describe-text';
import { arrangeText, firstLinesOf } from './arrange-text';
import { readText } from './read-text';
import { createTokenFile, SharedLines, type SplitFacts, type TokenFile, writeTokens } from './write-tokens';
import type { TextSource } from './find-text';
import type { Vocabulary } from './vocabulary';
import {
  checkTestTokens,
  checkTrainTokens,
  textCacheFormat,
  type TextTestManifest,
  type TextTrainManifest,
} from './text-manifest';

/** Path of the copy of a text, determined by the text and its reading options. */
export function textEntryFolders(
  directory: string,
  description: Pick<TextDatasetDescription, 'fingerprint' | 'reading' | 'splitOrigin'>,
): EntryFolders {
  const { fingerprint, reading, splitOrigin } = description;
  const { level, vocabularyLimit, lowerCase, words } = reading;
  const parts = [fingerprint.slice(0, 32), level, words, vocabularyLimit ?? 'all'];
  if (lowerCase) parts.push('lower');
  if (splitOrigin.kind === 'drawn')
    parts.push('split', splitOrigin.valid, splitOrigin.test, splitOrigin.seed);
  const entry = join(directory, parts.join('-'));
  return { train: join(entry, 'train'), test: join(entry, 'test') };
}

/**
 * Reads a corpus once, and leaves its description and its tokens.
 * @throws CellsmithError data.*, cancelled; nothing is left behind then
 */
export async function buildTextEntry(
  source: TextSource,
  reading: TextReading,
  draw: BlockDraw,
  directory: string,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<TextDatasetDescription> {
  await sweepStaging(directory);
  let staging: string | undefined;
  let tokens: TokenFile | undefined;
  try {
    staging = await newStaging(directory);
    const bytes = source.files.reduce((sum, { size }) => sum + size, 0);
    // a word has some five characters and a token four bytes; of characters each is a token
    await requireRoom(directory, reading.level === 'word' ? bytes : 4 * bytes);
    tokens = await createTokenFile(join(staging, 'tokens.tmp'));
    const built = await build({ source, reading, draw, tokens, staging, signal, onProgress });
    await tokens.close();
    await rm(join(staging, 'tokens.tmp'));
    await publishEntry(staging, textEntryFolders(directory, built));
    return built;
  } catch (error) {
    throw cacheError(error, directory);
  } finally {
    await tokens?.close().catch(() => undefined);
    if (staging !== undefined) await rm(staging, { recursive: true, force: true });
  }
}

interface Build {
  readonly source: TextSource;
  readonly reading: TextReading;
  readonly draw: BlockDraw;
  readonly tokens: TokenFile;
  readonly staging: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: OnProgress | undefined;
}

async function build({ source, reading, draw, tokens, staging, signal, onProgress }: Build) {
  const pass = await readText(source, reading, tokens, signal, onProgress);
  const { ranges, drawn, vocabulary } = arrangeText(source, pass, tokens, reading, draw);
  const progress = new Progress('arranging', 'bytes', 4 * tokens.count, onProgress);
  const shared = new SharedLines();
  const folders = { train: join(staging, 'train'), test: join(staging, 'test') };
  await mkdir(folders.train);
  await mkdir(folders.test);
  const write = (split: TextSplit): Promise<SplitFacts> =>
    writeTokens(
      {
        split,
        folder: split === 'test' ? folders.test : folders.train,
        tokens,
        ranges: ranges[split],
        vocabulary,
        level: reading.level,
        shared,
      },
      progress,
      signal,
    );
  // the training split last: its lines are compared with those of the others
  const valid = await write('valid');
  const test = await write('test');
  const splits = { valid, test, train: await write('train') };
  progress.finish();
  const firstLines = firstLinesOf(tokens, ranges.train, pass.types.texts, vocabulary, reading.level);
  const description = describeText({
    source,
    reading,
    draw: drawn ? draw : null,
    pass,
    vocabulary,
    splits,
    shared,
    firstLines,
  });
  await writeManifests(folders, description, splits, vocabulary);
  return description;
}

async function writeManifests(
  folders: EntryFolders,
  description: TextDatasetDescription,
  splits: Readonly<Record<TextSplit, SplitFacts>>,
  vocabulary: Vocabulary,
): Promise<void> {
  const { form, fingerprint, reading } = description;
  const common = async (folder: string) => ({
    format: textCacheFormat,
    kind: 'text' as const,
    form,
    fingerprint,
    reading,
    vocabularySize: vocabulary.tokens.length,
    vocabulary: await writeVocabulary(folder, vocabulary),
  });
  const tokensOf = ({ tokens, file }: SplitFacts) => ({ count: tokens, file });
  const train: TextTrainManifest = {
    ...(await common(folders.train)),
    split: 'train',
    train: tokensOf(splits.train),
    valid: tokensOf(splits.valid),
  };
  const test: TextTestManifest = {
    ...(await common(folders.test)),
    split: 'test',
    test: tokensOf(splits.test),
  };
  for (const [folder, manifest] of [
    [folders.train, train],
    [folders.test, test],
  ] as const) {
    await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
    await syncFolder(folder);
  }
}

/** vocabulary.json: the tokens by their ids, as a JSON array. */
async function writeVocabulary(folder: string, { tokens }: Vocabulary): Promise<CachedFile> {
  const bytes = Buffer.from(`[\n${tokens.map((token) => JSON.stringify(token)).join(',\n')}\n]\n`);
  const writer = await HashedWriter.create(join(folder, 'vocabulary.json'), bytes.length);
  try {
    await writer.write(bytes);
    return await writer.finish();
  } finally {
    await writer.abandon();
  }
}

async function publishEntry(staging: string, folders: EntryFolders): Promise<void> {
  const entry = dirname(folders.train);
  await syncFolder(staging);
  await publish(staging, entry, async () => {
    const checks = [checkTrainTokens(folders.train, true), checkTestTokens(folders.test, true)];
    return (await Promise.allSettled(checks)).every((check) => check.status === 'fulfilled');
  });
  await syncFolder(dirname(entry));
}

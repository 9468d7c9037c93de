import { percent } from '../../../src-shared/format';
import { counted } from '../../../src-shared/counted';
import type {
  TextDatasetDescription,
  TextSplit,
  TextWarning,
  BlockDraw,
  TextReading,
} from '../../../src-shared/tasks/text/text-description';
import type { SharedLines, SplitFacts } from './write-tokens';
import type { TextPass } from './read-text';
import type { TextSource } from './find-text';
import { longestWord } from './tokeniser';
import type { Vocabulary } from './vocabulary';

/** What a corpus was found to be. */
export interface TextFacts {
  readonly source: TextSource;
  readonly reading: TextReading;
  /** Null where the corpus comes with splits. */
  readonly draw: BlockDraw | null;
  readonly pass: TextPass;
  readonly vocabulary: Vocabulary;
  readonly splits: Readonly<Record<TextSplit, SplitFacts>>;
  readonly shared: SharedLines;
  readonly firstLines: readonly string[];
}

const listedTokens = 20;
/** Tokens; fewer say little of a language, or of a model of it. */
const tinySplit = 1000;
const tinyVocabulary = 10;
/** Shares from which a user should think again. */
const manyShared = 0.05;
const manyUnknown = 0.1;
/** Longest line that a person would write; beyond, line ends are likely to be missing. Tokens. */
const longLine = 100_000;

const splitNames = ['train', 'valid', 'test'] as const;
const spoken: Readonly<Record<TextSplit, string>> = {
  train: 'training',
  valid: 'validation',
  test: 'test',
};

/** Converts the result of a pass into a description. */
export function describeText(facts: TextFacts): TextDatasetDescription {
  const { source, reading, draw, pass, vocabulary, shared } = facts;
  const { tree, files } = source;
  const split = (name: TextSplit): TextDatasetDescription['splits']['train'] => {
    const { tokens, lines, outOfVocabulary } = facts.splits[name];
    const compared = name === 'train' ? { shared: 0, compared: 0 } : shared.counts(name);
    return {
      tokens,
      lines,
      outOfVocabulary,
      outOfVocabularyRate: outOfVocabulary / tokens,
      sharedLines: compared.shared,
      comparedLines: compared.compared,
    };
  };
  const splits = { train: split('train'), valid: split('valid'), test: split('test') };
  const longest = splitNames
    .map((name) => ({ split: name, ...facts.splits[name].longestLine }))
    .reduce((a, b) => (b.tokens > a.tokens ? b : a));
  const ofArchive = tree.container === 'tar' || tree.container === 'zip';
  return {
    kind: 'text',
    form: source.form,
    container: tree.container,
    location: tree.location,
    bytes: ofArchive ? tree.bytes : files.reduce((sum, { size }) => sum + size, 0),
    files: files.length,
    reading,
    splits,
    splitOrigin: draw ? { kind: 'drawn', ...draw } : { kind: 'given' },
    vocabularySize: vocabulary.tokens.length,
    distinctTokens: vocabulary.distinct,
    mostFrequent: vocabulary.tokens
      .slice(0, listedTokens)
      .map((token, id) => ({ token, count: vocabulary.counts[id] ?? 0 })),
    firstLines: [...facts.firstLines],
    longestLine: longest,
    warnings: [...source.warnings, ...warningsOf(splits, vocabulary, pass.overlong, longest.tokens)],
    fingerprint: pass.fingerprint,
  };
}

function warningsOf(
  splits: TextDatasetDescription['splits'],
  vocabulary: Vocabulary,
  overlong: number,
  longest: number,
): TextWarning[] {
  const warnings: TextWarning[] = [];
  for (const name of splitNames) {
    const { tokens, sharedLines, comparedLines, outOfVocabularyRate } = splits[name];
    const called = spoken[name];
    if (tokens < tinySplit) {
      warnings.push({
        code: 'tiny-split',
        message: `The ${called} split has ${counted(tokens, 'token')}: results on it mean little.`,
      });
    }
    if (sharedLines > 0 && sharedLines >= manyShared * comparedLines) {
      warnings.push({
        code: 'shared-lines',
        message: `${sharedLines} of ${counted(comparedLines, 'longer line')} of the ${called} split ${sharedLines === 1 ? 'is' : 'are'} also in the training split: its perplexity will be too low.`,
      });
    }
    if (outOfVocabularyRate > manyUnknown) {
      warnings.push({
        code: 'out-of-vocabulary',
        message: `${percent(outOfVocabularyRate)} of the ${called} split are not in the vocabulary: <unk> is easy to guess, so perplexities are not comparable with others.`,
      });
    }
  }
  if (vocabulary.distinct < tinyVocabulary) {
    warnings.push({
      code: 'tiny-vocabulary',
      message: `The training split has ${counted(vocabulary.distinct, 'different token')} only.`,
    });
  }
  if (overlong > 0) {
    warnings.push({
      code: 'long-words',
      message: `${counted(overlong, 'word')} of more than ${longestWord} characters became <unk>: the files may contain something other than text.`,
    });
  }
  if (longest > longLine) {
    warnings.push({
      code: 'long-line',
      message: `The longest line has ${longest} tokens: line ends may be missing.`,
    });
  }
  return warnings;
}

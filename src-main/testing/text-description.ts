import type { TextDatasetDescription } from '../../src-shared/tasks/text/text-description';

const split = { lines: 1, outOfVocabulary: 0, outOfVocabularyRate: 0, sharedLines: 0, comparedLines: 0 };

/** A description with the sizes of Penn Treebank, for runs whose children are not trained on any text. */
export const treebankDescription: TextDatasetDescription = {
  kind: 'text',
  form: 'ptb',
  container: 'folder',
  location: '/nowhere/ptb',
  bytes: 1,
  files: 3,
  reading: { level: 'word', vocabularyLimit: null, lowerCase: false, words: 'spaces' },
  splits: {
    train: { ...split, tokens: 929_589 },
    valid: { ...split, tokens: 73_760 },
    test: { ...split, tokens: 82_430 },
  },
  splitOrigin: { kind: 'given' },
  vocabularySize: 10_000,
  distinctTokens: 10_000,
  mostFrequent: [],
  firstLines: [],
  longestLine: { split: 'train', line: 1, tokens: 1 },
  warnings: [],
  fingerprint: '1'.repeat(64),
};

import { presets } from '../../src-shared/config/presets';
import type { ImageSearchConfig } from '../../src-shared/config/search-config';
import type { ImageDatasetDescription } from '../../src-shared/tasks/images/image-description';
import type { RunManifest } from '../runs/manifest';
import type { TextDatasetDescription } from '../../src-shared/tasks/text/text-description';

/** A description of two images, for runs whose children are not trained on any. */
const twoImages: ImageDatasetDescription = {
  kind: 'images',
  form: 'cifar10-binary',
  container: 'folder',
  location: '/nowhere',
  bytes: 6146,
  files: 2,
  classes: ['cat', 'dog'],
  splits: { train: { count: 1, perClass: [1, 0] }, test: { count: 1, perClass: [0, 1] } },
  testSplit: { kind: 'given' },
  sizes: [{ width: 32, height: 32, count: 2 }],
  distinctSizes: 1,
  grey: 0,
  mean: [127, 127, 127],
  deviation: [64, 64, 64],
  duplicates: { withinTrain: 0, withinTest: 0, acrossSplits: 0, conflictingLabels: 0, examples: [] },
  unreadable: { count: 0, files: [] },
  warnings: [],
  fingerprint: '0'.repeat(64),
};

const demo = presets.demo.config;
/** The demo preset with batches of four, on which the tests rely. */
export const demoOfFour = {
  ...demo,
  controller: { ...demo.controller, childrenPerUpdate: 4 },
} satisfies ImageSearchConfig;

/** The arguments of `createRun`, with the demo preset changed by `changes`. */
export function runDescription(
  changes: Partial<ImageSearchConfig> = {},
): Omit<RunManifest, 'schema' | 'id' | 'createdAt' | 'seeds'> {
  return {
    config: { ...demoOfFour, ...changes },
    dataset: {
      location: twoImages.location,
      fingerprint: twoImages.fingerprint,
      description: twoImages,
    },
    software: { node: process.versions.node },
  };
}

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

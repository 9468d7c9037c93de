import { counted } from '../../../src-shared/counted';
import type {
  DatasetWarning,
  ImageDatasetDescription,
} from '../../../src-shared/tasks/images/image-description';
import type { ImageSource } from '../formats/image-source';
import { displayName } from '../trees/file-tree';
import type { Arrangement } from './arrange';
import type { TestDraw } from '../open';
import type { Reading, RecordTable } from './read-source';

const listedSizes = 20;
/** A largest class of more than ten times the smallest makes accuracy a poor measure. */
const imbalance = 10;
/** Fewer training images than this say little of a class. */
const tinyClass = 20;

/** Puts what one pass found into words and figures. */
export function describeReading(
  source: ImageSource,
  reading: Reading,
  arrangement: Arrangement,
  draw: TestDraw,
): ImageDatasetDescription {
  const { tree, classes } = source;
  const { table } = reading;
  const name = (row: number): string => {
    const file = displayName(tree, source.files[table.file(row)] ?? '');
    const record = table.record(row);
    return record === null ? file : `${file}, record ${record}`;
  };
  const splits = {
    train: countClasses(table, arrangement.train, classes.length),
    test: countClasses(table, arrangement.test, classes.length),
  };
  const duplicates = findDuplicates(table, arrangement, name);
  const sizes = [...reading.sizes.values()].sort(
    (a, b) => b.count - a.count || a.width - b.width || a.height - b.height,
  );
  const own = new Set(source.files);
  return {
    kind: 'images',
    form: source.form,
    container: tree.container,
    location: tree.location,
    bytes:
      tree.container === 'folder'
        ? tree.files.reduce((sum, file) => sum + (own.has(file.path) ? file.size : 0), 0)
        : tree.bytes,
    files: source.files.length,
    classes: [...classes],
    splits,
    testSplit: arrangement.drawn
      ? { kind: 'drawn', fraction: draw.fraction, seed: draw.seed }
      : { kind: 'given' },
    sizes: sizes.slice(0, listedSizes),
    distinctSizes: sizes.length,
    grey: reading.grey,
    ...channelMoments(table, arrangement.train),
    duplicates,
    unreadable: reading.unreadable,
    warnings: [
      ...source.warnings,
      ...classWarnings(classes, splits.train.perClass, splits.test.perClass),
      ...contentWarnings(duplicates, reading.unreadable.count, sizes.length),
    ],
    fingerprint: arrangement.fingerprint,
  };
}

function countClasses(
  table: RecordTable,
  rows: Uint32Array,
  classes: number,
): { count: number; perClass: number[] } {
  const perClass = new Array<number>(classes).fill(0);
  for (const row of rows) perClass[table.label(row)] = (perClass[table.label(row)] ?? 0) + 1;
  return { count: rows.length, perClass };
}

function channelMoments(table: RecordTable, rows: Uint32Array): { mean: number[]; deviation: number[] } {
  const totals = new Float64Array(6);
  let pixels = 0;
  for (const row of rows) {
    table.sums(row).forEach((sum, i) => (totals[i] = (totals[i] ?? 0) + sum));
    pixels += table.pixels(row);
  }
  const mean = [0, 1, 2].map((channel) => (totals[channel] ?? 0) / pixels);
  const deviation = mean.map((average, channel) =>
    Math.sqrt(Math.max(0, (totals[channel + 3] ?? 0) / pixels - average * average)),
  );
  return { mean, deviation };
}

function classWarnings(
  classes: readonly string[],
  train: readonly number[],
  test: readonly number[],
): DatasetWarning[] {
  const warnings: DatasetWarning[] = [];
  const named = (chosen: (label: number) => boolean): string[] => classes.filter((_, label) => chosen(label));
  const list = (names: readonly string[]): string =>
    names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');
  const empty = named((label) => train[label] === 0);
  if (empty.length > 0) {
    warnings.push({ code: 'empty-class', message: `No training images: ${list(empty)}.` });
  }
  const untested = named((label) => test[label] === 0 && (train[label] ?? 0) > 0);
  if (untested.length > 0) {
    warnings.push({ code: 'empty-class', message: `No test images: ${list(untested)}.` });
  }
  const tiny = named((label) => (train[label] ?? 0) > 0 && (train[label] ?? 0) < tinyClass);
  if (tiny.length > 0) {
    warnings.push({
      code: 'tiny-class',
      message: `Fewer than ${tinyClass} training images: ${list(tiny)}.`,
    });
  }
  const filled = train.filter((count) => count > 0);
  const most = Math.max(...filled);
  const least = Math.min(...filled);
  if (most > imbalance * least) {
    warnings.push({
      code: 'class-imbalance',
      message: `The largest class has ${counted(most, 'training image')}, the smallest ${least}: accuracy will favour the large ones.`,
    });
  }
  return warnings;
}

function contentWarnings(
  duplicates: ImageDatasetDescription['duplicates'],
  unreadable: number,
  distinctSizes: number,
): DatasetWarning[] {
  const warnings: DatasetWarning[] = [];
  const { withinTrain, withinTest, acrossSplits, conflictingLabels } = duplicates;
  if (acrossSplits > 0) {
    warnings.push({
      code: 'test-leak',
      message: `${counted(acrossSplits, 'test image is', 'test images are')} also among the training images: test accuracy will be too high.`,
    });
  }
  if (withinTrain + withinTest > 0) {
    warnings.push({
      code: 'duplicates',
      message: `${counted(withinTrain, 'training image')} and ${counted(withinTest, 'test image')} are duplicates within their split.`,
    });
  }
  if (conflictingLabels > 0) {
    warnings.push({
      code: 'conflicting-labels',
      message: `${counted(conflictingLabels, 'copy of an image has', 'copies of an image have')} a different class than the first.`,
    });
  }
  if (unreadable > 0) {
    warnings.push({ code: 'unreadable-files', message: `${counted(unreadable, 'file')} cannot be read.` });
  }
  if (distinctSizes > 1) {
    warnings.push({
      code: 'mixed-sizes',
      message: `The images have ${distinctSizes} sizes; all are stretched to one square.`,
    });
  }
  return warnings;
}

const maximumExamples = 20;
const namesPerExample = 5;

/** Finds images that are equal pixel by pixel. @param name what to call the image of a row */
function findDuplicates(
  table: RecordTable,
  arrangement: Arrangement,
  name: (row: number) => string,
): ImageDatasetDescription['duplicates'] {
  const isTest = new Uint8Array(table.count);
  for (const row of arrangement.test) isTest[row] = 1;
  const found = {
    withinTrain: 0,
    withinTest: 0,
    acrossSplits: 0,
    conflictingLabels: 0,
    examples: [] as string[][],
  };
  const { all } = arrangement;
  for (let from = 0; from < all.length;) {
    const first = all[from] ?? 0;
    let to = from + 1;
    while (to < all.length && table.sameDigest(first, all[to] ?? 0)) to += 1;
    const rows = all.subarray(from, to);
    from = to;
    if (rows.length === 1) continue;
    const test = rows.reduce((sum, row) => sum + (isTest[row] ?? 0), 0);
    const train = rows.length - test;
    found.withinTrain += Math.max(0, train - 1);
    found.withinTest += Math.max(0, test - 1);
    if (train > 0) found.acrossSplits += test;
    found.conflictingLabels += rows.filter((row) => table.label(row) !== table.label(first)).length;
    if (found.examples.length < maximumExamples) {
      found.examples.push(Array.from(rows.subarray(0, namesPerExample), name));
    }
  }
  return found;
}
